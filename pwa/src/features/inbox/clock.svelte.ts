const minute = 60_000;

/** The time of day, renewed every minute while a component lives, so that waiting times do not freeze. */
export function minuteClock(): { readonly now: number } {
  let now = $state(Date.now());
  $effect(() => {
    const timer = setInterval(() => (now = Date.now()), minute);
    return () => clearInterval(timer);
  });
  return {
    get now() {
      return now;
    },
  };
}
