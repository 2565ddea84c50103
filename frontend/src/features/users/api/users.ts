import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  ListUsersRequest,
  UpdateUserRequest,
  UserEntry,
  UserList,
} from '../../../../../functions/identity/users-api.ts';
import { request } from '../../../lib/api.ts';

export type User = UserEntry;
export type UserFilter = Pick<ListUsersRequest, 'q' | 'role' | 'disabled' | 'page'>;

const PATH = '/api/v1/auth/users';

export function useUsers(filter: UserFilter) {
  const queryKey = ['users', filter] as const;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => request<UserList>(PATH, { query: { ...filter }, signal }),
    placeholderData: keepPreviousData,
  });
  return { query, queryKey };
}

export function useUpdateUser() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...change }: UpdateUserRequest) =>
      request<User>(`${PATH}/${encodeURIComponent(id)}`, { method: 'PUT', json: change }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['users'] }),
  });
}
