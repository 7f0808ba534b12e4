/**
 * Strongly connected components of a graph of `count` nodes, each one after all that it leads to (Tarjan, without recursion).
 * Members are ascending.
 */
export function components(count: number, successors: (node: number) => Iterable<number>): number[][] {
  const found: number[][] = [];
  const number_ = new Int32Array(count);
  const low = new Int32Array(count);
  const onStack = new Uint8Array(count);
  const stack: number[] = [];
  let next = 1;
  for (let root = 0; root < count; root++) {
    if (number_[root] !== 0) continue;
    const path: { node: number; rest: Iterator<number> }[] = [];
    const enter = (node: number) => {
      number_[node] = low[node] = next++;
      stack.push(node);
      onStack[node] = 1;
      path.push({ node, rest: [...successors(node)].sort((a, b) => a - b)[Symbol.iterator]() });
    };
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { node, rest } = top;
      const step = rest.next();
      if (!step.done) {
        if (number_[step.value] === 0) enter(step.value);
        else if (onStack[step.value] === 1) low[node] = Math.min(low[node]!, number_[step.value]!);
        continue;
      }
      path.pop();
      const parent = path.at(-1)?.node;
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
      if (low[node] !== number_[node]) continue;
      const component: number[] = [];
      for (let member = -1; member !== node; ) {
        member = stack.pop()!;
        onStack[member] = 0;
        component.push(member);
      }
      found.push(component.sort((a, b) => a - b));
    }
  }
  return found;
}
