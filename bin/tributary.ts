import { parseArgs } from 'node:util';
import { audit } from './cli/audit.ts';
import { findConnection } from './cli/connection.ts';
import { CliError, EXIT } from './cli/exit.ts';
import { makeWriter, OUTPUTS, type Output } from './cli/format.ts';
import { generate } from './cli/generate.ts';
import { login } from './cli/login.ts';
import { quarantine } from './cli/quarantine.ts';
import { replay } from './cli/replay.ts';
import { search } from './cli/search.ts';
import { send } from './cli/send.ts';
import { tail } from './cli/tail.ts';
import { upload } from './cli/upload.ts';

const USAGE = `Usage: npm run -s tributary -- COMMAND …

  send [FILE|-] [--service NAME] [--environment NAME]    lines of text, NDJSON or a JSON array
  send FILE --upload                                     a file of any size, CSV, gzip, zstd or zip too, in one piece
  search [QUERY] [--since 1h] [--to now] [--limit 100] [-o text|json|ndjson|csv]
  tail [QUERY] [-o text|ndjson]                          follow what arrives
  generate [--events 1000] [--minutes 60] [--rate N] [--seed N]
  quarantine ls | show ID | redrive [ID] [--reason TEXT] [--from TIME] [--to TIME]
                                                         events that could not be stored
  audit ls [--actor NAME] [--action user.*] [--from TIME] [--to TIME] [--limit 100]
  audit verify                                           whether the audit trail is as it was written; says what is not
  replay --from TIME [--to TIME]                         bring events back from the archive that the index lost
  subscribe LOG_GROUP --function ARN                     let a log group of your AWS account (/ecs/* for many) send its events
  login [--url URL] [--user NAME]

Options: -z utc|local  zone of times    --project ID  for a session    -q  data only, no talk
Environment: TRIBUTARY_URL, TRIBUTARY_API_KEY (else the session of login, else .tributary/local.json), NO_COLOR
Exit: 0 ok, 1 nothing found (audit verify: something wrong), 2 usage, 3 credentials, 4 limit or time-out, 5 server
`;

const OPTIONS = {
  service: { type: 'string' },
  environment: { type: 'string' },
  since: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  reason: { type: 'string' },
  actor: { type: 'string' },
  action: { type: 'string' },
  limit: { type: 'string' },
  output: { type: 'string', short: 'o' },
  zone: { type: 'string', short: 'z' },
  project: { type: 'string' },
  events: { type: 'string' },
  minutes: { type: 'string' },
  rate: { type: 'string' },
  seed: { type: 'string' },
  url: { type: 'string' },
  user: { type: 'string' },
  function: { type: 'string' },
  upload: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
} as const;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(argv);
  const [command, argument, ...others] = positionals;
  const [object, ...more] = command === 'quarantine' ? others : [undefined, ...others];
  if (values.help || command === undefined || command === 'help') {
    process.stdout.write(USAGE);
    return command === undefined && !values.help ? EXIT.usage : EXIT.ok;
  }
  if (more.length > 0)
    throw new CliError(EXIT.usage, `one argument too many: ${more[0]}; put a query of several words in quotes`);
  const quiet = values.quiet ?? false;
  const zone = oneOf('--zone', values.zone ?? 'local', ['utc', 'local']);
  const writer = (outputs: readonly Output[]) =>
    makeWriter(
      oneOf('--output', values.output ?? 'text', outputs),
      zone,
      process.stdout.isTTY && !process.env.NO_COLOR,
    );
  const connection = () => findConnection(values.project);
  switch (command) {
    case 'send':
      return (values.upload ? upload : send)(connection(), {
        file: argument ?? '-',
        service: values.service,
        environment: values.environment,
        quiet,
      });
    case 'search':
      return search(
        connection(),
        {
          query: argument ?? '',
          since: values.since,
          to: values.to,
          limit: number('--limit', values.limit, 100),
          quiet,
        },
        writer(OUTPUTS),
      );
    case 'tail':
      return tail(connection(), argument ?? '', writer(['text', 'ndjson']), quiet);
    case 'generate':
      return generate(connection(), {
        events: number('--events', values.events, 1_000),
        minutes: number('--minutes', values.minutes, 60),
        rate: values.rate === undefined ? undefined : number('--rate', values.rate, 1),
        seed: number('--seed', values.seed, Date.now()),
        quiet,
      });
    case 'quarantine':
      return quarantine(connection(), argument, object, {
        reason: values.reason,
        from: values.from,
        to: values.to,
        quiet,
      });
    case 'audit':
      return audit(connection(), argument, {
        actor: values.actor,
        action: values.action,
        from: values.from,
        to: values.to,
        limit: number('--limit', values.limit, 100),
        quiet,
      });
    case 'replay':
      return replay(connection(), { from: values.from, to: values.to, quiet });
    case 'subscribe': {
      // the other commands need none of AWS, and start sooner without
      const { subscribe } = await import('./cli/subscribe.ts');
      return subscribe({ logGroup: argument, function: values.function });
    }
    case 'login':
      return login(values.url ?? process.env.TRIBUTARY_URL ?? connection().url, values.user);
    default:
      throw new CliError(EXIT.usage, `unknown command "${command}"`);
  }
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new CliError(EXIT.usage, (error as Error).message);
  }
}

function number(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new CliError(EXIT.usage, `${name} takes a whole number from 1, not "${text}"`);
  return value;
}

function oneOf<const T extends string>(name: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new CliError(EXIT.usage, `${name} takes ${choices.join(', ')}, not "${value}"`);
  return found;
}

// a reader that has seen enough (`| head`) is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.server),
);

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  process.stderr.write(
    `tributary: ${error.message}\n${error.exitCode === EXIT.usage ? 'See "npm run -s tributary -- help".\n' : ''}`,
  );
  process.exitCode = error.exitCode;
}
