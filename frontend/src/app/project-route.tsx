import { useQueryClient } from '@tanstack/react-query';
import { Recording } from '../features/audit/components/recording.tsx';
import { ProjectPage } from '../features/project/components/project-page.tsx';
import { chooseProject, type Me, reloadMe } from '../features/session/api/session.ts';
import { currentProject } from '../lib/api.ts';
import { preferences } from '../lib/preferences.ts';

export default function ProjectRoute({ user }: { user: Me }) {
  const client = useQueryClient();
  const onProjects = async (show?: string) => {
    const { projects, default_project_id: usual } = await reloadMe();
    const chosen = chooseProject(projects, show ?? currentProject.get(), usual);
    preferences.set({ projectId: chosen });
    if (chosen === currentProject.get()) return;
    currentProject.set(chosen);
    client.clear();
  };
  return (
    <ProjectPage userId={user.id} onProjects={onProjects}>
      <Recording />
    </ProjectPage>
  );
}
