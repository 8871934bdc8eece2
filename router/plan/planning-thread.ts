import { Worker } from 'node:worker_threads';
import { usable, type Planned, type PlanOutcome, type PlanSource, type PlanSourceOptions } from './plan-source.ts';

export interface PlanningLimits {
  /** A plan that takes longer is given up, its operation refused. Milliseconds. */
  readonly planMs: number;
  /** Operations that may wait; one more is refused. */
  readonly waiting: number;
  /** Memory of the thread's long-lived objects, in MiB; a plan that needs more is given up. */
  readonly heapMiB: number;
}

export const defaultPlanningLimits: PlanningLimits = { planMs: 2_000, waiting: 100, heapMiB: 384 };

interface Task {
  readonly document: string;
  readonly resolve: (outcome: PlanOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Plans in a thread of its own, one operation after the other, so that no document holds up requests whose plan is known
 * (docs/adr/0016). A plan beyond the limits ends the thread, and another one takes its place.
 */
export function planningThread(
  options: PlanSourceOptions & { readonly limits?: Partial<PlanningLimits>; readonly file?: URL },
): PlanSource {
  const { supergraphSdl, pathsLimit, file = new URL('./planning-worker.js', import.meta.url) } = options;
  const limits = { ...defaultPlanningLimits, ...options.limits };
  const waiting: Task[] = [];
  let current: { readonly task: Task; readonly timer: NodeJS.Timeout } | undefined;
  let thread: { readonly worker: Worker; isReady: boolean } | undefined;
  let isRetired = false;

  function start(): Promise<void> {
    const worker = new Worker(file, {
      workerData: { supergraphSdl, pathsLimit } satisfies PlanSourceOptions,
      resourceLimits: { maxOldGenerationSizeMb: limits.heapMiB },
      env: {}, // it needs to know nothing
      execArgv: [],
    });
    worker.unref();
    const started = { worker, isReady: false };
    thread = started;
    return new Promise((resolve, reject) => {
      worker.on('message', (message: 'ready' | Planned) => {
        if (thread !== started) return;
        if (message !== 'ready') return answered(message);
        started.isReady = true;
        resolve();
        next();
      });
      let failure: unknown;
      worker.once('error', (error) => {
        failure = error;
      });
      worker.once('exit', () => {
        if (thread !== started) return;
        const defect = new Error('the planning thread ended', { cause: failure });
        thread = undefined;
        reject(defect);
        if (started.isReady) return giveUp();
        for (const task of waiting.splice(0)) task.reject(defect);
      });
    });
  }

  function answered(message: Planned): void {
    if (!current) return;
    const { task, timer } = current;
    clearTimeout(timer);
    current = undefined;
    try {
      task.resolve(usable(message));
    } catch (error) {
      task.reject(error);
    }
    next();
  }

  /** Too long, or too much memory: only a new thread helps. */
  function giveUp(): void {
    const given = current;
    current = undefined;
    const worker = thread?.worker;
    thread = undefined;
    void worker?.terminate();
    clearTimeout(given?.timer);
    given?.task.resolve({ outcome: 'too complex' });
    // At once: the next one that comes shall not wait for the start of a thread.
    if (!isRetired || waiting.length > 0) start().catch(() => undefined);
  }

  function next(): void {
    if (current) return;
    const [task] = waiting;
    if (!task) return isRetired ? end() : undefined;
    if (!thread) return void start().catch(() => undefined);
    if (!thread.isReady) return;
    waiting.shift();
    current = { task, timer: setTimeout(giveUp, limits.planMs) };
    thread.worker.postMessage(task.document);
  }

  function end(): void {
    const worker = thread?.worker;
    thread = undefined;
    void worker?.terminate();
  }

  const ready = start();
  ready.catch(() => undefined); // who awaits it hears it all the same
  return {
    ready,
    plan(document) {
      if (waiting.length >= limits.waiting) return Promise.resolve({ outcome: 'busy' });
      return new Promise((resolve, reject) => {
        waiting.push({ document, resolve, reject });
        next();
      });
    },
    retire() {
      isRetired = true;
      next();
    },
  };
}
