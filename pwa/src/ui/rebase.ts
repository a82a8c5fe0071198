/** Where two texts differ: both equal up to `from`, and again for the last `tail` letters. */
function difference(a: string, b: string): { from: number; tail: number } {
  const most = Math.min(a.length, b.length);
  let from = 0;
  while (from < most && a[from] === b[from]) from++;
  let tail = 0;
  while (tail < most - from && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return { from, tail };
}

/**
 * What a person is typing (`typed`, begun over `before`) carried over to `now`, which arrived meanwhile from another
 * device. Changes in different places are joined; where both touched the same place both texts are kept whole.
 */
export function rebase(before: string, typed: string, now: string): string {
  if (now === before || now === typed) return typed;
  if (typed === before) return now;
  const ours = difference(before, typed);
  const theirs = difference(before, now);
  const ourEnd = before.length - ours.tail;
  const theirEnd = before.length - theirs.tail;
  if (ourEnd < theirs.from)
    return (
      typed.slice(0, typed.length - ours.tail) + before.slice(ourEnd, theirs.from) + now.slice(theirs.from)
    );
  if (theirEnd < ours.from)
    return (
      now.slice(0, now.length - theirs.tail) + before.slice(theirEnd, ours.from) + typed.slice(ours.from)
    );
  return `${typed}\n\n${now}`;
}
