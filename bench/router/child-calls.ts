import type { ChildProcess } from 'node:child_process';

// Calls between the bench and the processes it forks, over Node's own channel.

type Calls = Readonly<Record<string, (argument: never) => unknown>>;

interface CallMessage {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

interface AnswerMessage {
  readonly answerTo: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** In the child: answers calls until the parent is gone. */
export function answerCalls(calls: Calls): void {
  process.on('message', (message: CallMessage) => {
    void answer(calls, message).then((reply) => process.send?.(reply));
  });
  process.on('disconnect', () => process.exit(0));
}

async function answer(calls: Calls, { id, method, argument }: CallMessage): Promise<AnswerMessage> {
  try {
    const call = calls[method];
    if (!call) throw new Error(`no call ${method}`);
    return { answerTo: id, result: await call(argument as never) };
  } catch (error) {
    return { answerTo: id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

let lastId = 0;

/** In the parent. @throws what the child threw, or when the child ends before it answers */
export function callChild<Result>(child: ChildProcess, method: string, argument: unknown = null): Promise<Result> {
  const id = ++lastId;
  return new Promise<Result>((resolve, reject) => {
    const onMessage = (message: AnswerMessage) => {
      if (message.answerTo !== id) return;
      settle();
      if (message.error === undefined) resolve(message.result as Result);
      else reject(new Error(message.error));
    };
    const onExit = () => {
      settle();
      reject(new Error(`the process ended before it answered "${method}"`));
    };
    const settle = () => child.off('message', onMessage).off('exit', onExit);
    child.on('message', onMessage).on('exit', onExit);
    if (child.exitCode !== null) return onExit();
    child.send({ id, method, argument } satisfies CallMessage);
  });
}
