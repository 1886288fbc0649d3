// The port of a server on this machine, as the command line names it.
import { badInput } from '../base/failure.ts';

/** @param text what was given with --port */
export function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw badInput(`--port is ${text}: it must be a port number`);
  return port;
}
