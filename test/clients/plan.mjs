/** What a client of the test is to send, told by variables of the environment; this file is copied beside each client's script. */
const { TRIBUTARY_URL, TRIBUTARY_TOKEN, RUN, START, COUNT, FORM } = process.env;

/** Where to send, with a slash at the end. */
export const url = TRIBUTARY_URL;
export const { hostname, port } = new URL(url);
export const token = TRIBUTARY_TOKEN;
/** Which of the client's own forms to use, where it has several. */
export const form = FORM;
export const service = 'shop';
export const traceId = '5b8efff798038103d269b633813fc60c';
export const spanId = 'eee19b7ec3c1b174';

const LEVELS = ['info', 'warn', 'error'];

/** Lines with levels in turn, a second apart, some time ago. */
export const lines = Array.from({ length: Number(COUNT) }, (_, n) => {
  const time = Number(START) + n * 1000;
  return { text: `${RUN} line ${n}`, level: LEVELS[n % LEVELS.length], time, iso: new Date(time).toISOString() };
});

/** Tells the test what the client says of a failure. */
export const complain = (error) => process.stderr.write(`client: ${error?.stack ?? JSON.stringify(error)}\n`);

export const sleep = (millis) => new Promise((wake) => setTimeout(wake, millis));
