// Loaded before a program (`node --import`): whatever it wants to reach beyond this machine, it does not.
import dns from 'node:dns';
import net from 'node:net';

const refuse = (what) => {
  throw Object.assign(new Error(`there is no network in this test: ${what}`), { code: 'ENETUNREACH' });
};
dns.lookup = (host, options, callback = options) =>
  callback(Object.assign(new Error(`no network: ${host}`), { code: 'ENOTFOUND' }));
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  // pipes between processes are no network
  if (typeof options === 'string' || options?.path !== undefined) return connect.apply(this, args);
  return refuse(JSON.stringify(options?.host ?? options));
};
