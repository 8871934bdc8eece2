import pretty from 'pino-pretty';

/** Lines for people: time, level, service, message, then the fields. */
export const pinoPretty = () =>
  pretty({
    colorize: process.stdout.isTTY,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,service',
    messageFormat: '{service}: {msg}',
    singleLine: true,
    sync: true,
  });
