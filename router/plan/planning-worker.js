import { parentPort, workerData } from 'node:worker_threads';
import { queryPlanning } from './query-planning.js';

// The other side of planning-thread.ts: takes one document after the other and answers each with its plan.

const plan = queryPlanning(workerData);
parentPort.on('message', (document) => parentPort.postMessage(plan(document)));
parentPort.postMessage('ready');
