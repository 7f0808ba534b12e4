/** Ctrl-C: the first one cancels, the second one ends at once. SIGTERM, which `ostrata cancel` sends, only ever cancels. */
export function cancellation(): { readonly signal: AbortSignal; close(): void } {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    // By the signal itself: `process.exit()` breaks off threads inside native modules, which ends in an abort.
    if (controller.signal.aborted) return name === 'SIGINT' ? dieOf(name) : undefined;
    process.stderr.write(`\nCancelling (${name}); Ctrl-C ${name === 'SIGINT' ? 'once more ' : ''}ends at once.\n`);
    controller.abort();
  };
  const close = () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  const dieOf = (name: NodeJS.Signals) => {
    close();
    process.kill(process.pid, name);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { signal: controller.signal, close };
}
