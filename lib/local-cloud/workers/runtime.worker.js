// @ts-check
/**
 * The Node.js runtime of Lambda in a worker thread: loads the handler once, then answers one invocation after the other.
 * Behaviour as in https://github.com/aws/aws-lambda-nodejs-runtime-interface-client, without callbacks, which nodejs24.x has not.
 * JavaScript because each thread would strip the types anew: that was more than half of a cold start (60 ms of CPU).
 * @import { FunctionError, InvokeMessage, WorkerMessage, WorkerSetup } from './protocol.ts'
 */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/** @typedef {(event: unknown, context: unknown) => unknown} Handler */

/** @type {WorkerSetup} */
const setup = workerData;
const port = parentPort;
if (port === null) throw new Error('this file runs in a worker thread only');
/** @param {WorkerMessage} message */
const send = (message) => port.postMessage(message);

/**
 * @param {unknown} thrown
 * @returns {FunctionError}
 */
function describe(thrown) {
  if (thrown instanceof Error) {
    return {
      errorType: thrown.name,
      errorMessage: thrown.message,
      trace: (thrown.stack ?? '').split('\n'),
    };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

/** @param {FunctionError} error */
function die(error) {
  console.error(JSON.stringify(error));
  send({ kind: 'error', error, fatal: true });
}

process.on('uncaughtException', (thrown) => die(describe(thrown)));
process.on('unhandledRejection', (reason) =>
  die({
    ...describe(reason),
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: String(reason),
  }),
);

/** @returns {Promise<Handler | FunctionError>} */
async function load() {
  /** @type {Record<string, any>} */
  let module;
  try {
    module = await import(pathToFileURL(setup.file).href);
  } catch (thrown) {
    const error = describe(thrown);
    return thrown instanceof SyntaxError ? { ...error, errorType: 'Runtime.UserCodeSyntaxError' } : error;
  }
  // named exports of a CommonJS bundle are not always seen by the loader, its default export is all of them
  const handler = module[setup.exportName] ?? module.default?.[setup.exportName];
  if (typeof handler === 'function') return handler;
  return {
    errorType: 'Runtime.HandlerNotFound',
    errorMessage: `${setup.handler} is undefined or not exported`,
    trace: [],
  };
}

/** @param {InvokeMessage} message */
function contextOf({ requestId, deadline }) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: '$LATEST',
    functionName: setup.functionName,
    memoryLimitInMB: String(setup.memoryMegabytes),
    logGroupName: setup.logGroupName,
    logStreamName: setup.logStreamName,
    invokedFunctionArn: setup.functionArn,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

if (setup.compileCache !== undefined) enableCompileCache(setup.compileCache);
const handler = await load();
if (typeof handler !== 'function') die(handler);
else {
  port.on('message', async (/** @type {InvokeMessage} */ message) => {
    try {
      const result = await handler(JSON.parse(message.event), contextOf(message));
      send({ kind: 'result', payload: JSON.stringify(result) ?? 'null' });
    } catch (thrown) {
      const error = describe(thrown);
      console.error(JSON.stringify(error));
      send({ kind: 'error', error, fatal: false });
    }
  });
  send({ kind: 'ready' });
  // a thread that is ended would lose it
  if (setup.compileCache !== undefined) flushCompileCache();
}
