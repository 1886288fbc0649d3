// Events as JSON lines on stdout, for machines. Written at once, so that nothing is lost at exit.
import { destination, pino, stdTimeFunctions } from 'pino';
import type { Log } from '../base/log.ts';

export function jsonLog(): Log {
  const logger = pino(
    { base: null, timestamp: stdTimeFunctions.isoTime },
    destination({ dest: 1, sync: true }),
  );
  return {
    emit(event) {
      if (event.event === 'failed') logger.error(event);
      else logger.info(event);
    },
  };
}
