import { type FormEvent, type ReactNode, useState } from 'react';
import { access, useDenied } from '../../../lib/access.ts';
import { currentProject } from '../../../lib/api.ts';
import { toProblem } from '../../../lib/problem.ts';
import { useStore } from '../../../lib/store.ts';
import { toast } from '../../../lib/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { Field } from '../../../ui/field.tsx';
import { Page } from '../../../ui/page.tsx';
import { Message } from '../../../ui/panel.tsx';
import { archiveProject, createProject, leaveProject, type Project, renameProject } from '../api/project.ts';
import { Invitations } from './invitations.tsx';
import { Members } from './members.tsx';

interface ProjectPageProps {
  readonly userId: string;
  /** Reads anew which projects there are, and shows one of them. */
  readonly onProjects: (show?: string) => Promise<unknown>;
  /** Settings of the project that others look after. */
  readonly children?: ReactNode;
}

/** The chosen project: its name, who belongs to it, who is invited. */
export function ProjectPage({ userId, onProjects, children }: ProjectPageProps) {
  const id = useStore(currentProject);
  const project = useStore(access).projects.find((one) => one.id === id);
  const denied = useDenied('project');
  const [over, setOver] = useState<'leave' | 'archive' | null>(null);
  if (project === undefined)
    return (
      <Page title="Project">
        <Message title="No project is chosen">Make one, or ask for an invitation to one.</Message>
        <NewProject onMade={onProjects} />
      </Page>
    );
  return (
    <Page
      title={project.name}
      about={
        <>
          Its id is <code className="font-mono select-all">{project.id}</code>. You are {project.role ?? 'no member'} in
          it.
        </>
      }
      action={
        <span className="flex gap-2">
          {project.role !== undefined && <Button onClick={() => setOver('leave')}>Leave</Button>}
          <Button look="danger" deniedBecause={denied} onClick={() => setOver('archive')}>
            Archive
          </Button>
        </span>
      }
    >
      <Members project={project.id} userId={userId} denied={denied} />
      <Invitations key={project.id} project={project.id} denied={denied} />
      {children}
      <div className="grid gap-4 md:grid-cols-2">
        <Rename key={project.id} project={project} denied={denied} onRenamed={() => onProjects(project.id)} />
        <NewProject onMade={onProjects} />
      </div>
      {over === 'leave' && (
        <ConfirmDialog
          title={`Leave ${project.name}`}
          action="Leave"
          run={() => leaveProject(project.id).then(() => onProjects())}
          onClose={() => setOver(null)}
        >
          You no longer see its events. An admin of the project can invite you again.
        </ConfirmDialog>
      )}
      {over === 'archive' && (
        <ConfirmDialog
          title={`Archive ${project.name}`}
          typed={project.name}
          action="Archive"
          run={() => archiveProject(project.id).then(() => onProjects())}
          onClose={() => setOver(null)}
        >
          Its keys and members lose it within a minute, shippers are refused. Its events end with their retention.
        </ConfirmDialog>
      )}
    </Page>
  );
}

/** A form of one name. */
function NameForm({
  title,
  label,
  action,
  initial = '',
  denied = null,
  run,
}: {
  title: string;
  label: string;
  action: string;
  initial?: string;
  denied?: string | null;
  run: (name: string) => Promise<unknown>;
}) {
  const [name, setName] = useState(initial);
  const [error, setError] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (denied !== null) return;
    run(name).then(
      () => setError(null),
      (failure) => setError(toProblem(failure).message),
    );
  };
  return (
    <section aria-label={title} className="rounded-m border border-line bg-surface p-3">
      <form onSubmit={submit} className="flex items-end gap-2">
        <Field
          label={label}
          required
          maxLength={100}
          value={name}
          error={error}
          onChange={(event) => setName(event.target.value)}
          className="min-w-0 flex-1"
        />
        <Button
          type="submit"
          className="h-8"
          deniedBecause={denied ?? (name.trim() === '' || name === initial ? 'Type a name first' : null)}
        >
          {action}
        </Button>
      </form>
    </section>
  );
}

const Rename = ({
  project,
  denied,
  onRenamed,
}: {
  project: Project;
  denied: string | null;
  onRenamed: () => Promise<unknown>;
}) => (
  <NameForm
    title="Rename"
    label="Name of this project"
    action="Rename"
    initial={project.name}
    denied={denied}
    run={(name) =>
      renameProject(project.id, name)
        .then(onRenamed)
        .then(() => toast('Renamed'))
    }
  />
);

const NewProject = ({ onMade }: { onMade: (show?: string) => Promise<unknown> }) => (
  <NameForm
    title="New project"
    label="Name of a new project"
    action="Make project"
    run={(name) =>
      createProject(name).then(async (made) => {
        await onMade(made.id);
        toast(`Made ${made.name}`);
      })
    }
  />
);
