import { z } from 'zod';

/** The tenant: every event, key and setting belongs to exactly one. Lower-case letters, digits and hyphens. */
export const ProjectId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'expected 1 to 40 lower-case letters, digits or hyphens')
  .brand<'ProjectId'>();
export type ProjectId = z.output<typeof ProjectId>;

/** Stands for what belongs to no project: sign-ins of nobody, platform settings. Nobody can make a project of this id. */
export const PLATFORM = ProjectId.parse('platform');

/** Names that mean something to the platform itself: the first administrator's, their project's, and its own trail's. */
const RESERVED: ReadonlySet<string> = new Set([PLATFORM, 'default', 'admin', 'system', 'tributary']);

/** Whether nobody may choose a name for a project or themselves. */
export const isReserved = (name: string): boolean => RESERVED.has(name.toLowerCase());

/** The one module that turns a project into what keeps it apart in each kind of store. */
export const tenantFilter = (project: ProjectId) => ({ term: { project } }) as const;

/** Prefix of every DynamoDB partition key of a project. */
export const tenantKey = (project: ProjectId, rest: string): string => `P#${project}#${rest}`;

/** Prefix of every S3 object of a project, below the purpose's own folder. */
export const tenantObjectPrefix = (purpose: string, project: ProjectId): string => `${purpose}/project=${project}/`;
