import type { ProjectId } from '../../core/project.ts';

/** How many searches of a project may take long at the same time, over all instances. */
export interface Places {
  /** @returns what gives the place back; undefined where none is free */
  take(project: ProjectId): Promise<(() => Promise<void>) | undefined>;
}
