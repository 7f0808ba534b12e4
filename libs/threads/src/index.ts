export { endThreads } from './end-threads.ts';
export { serve } from './serve.ts';
export { StopFlag, ThreadStopped } from './stop-flag.ts';
