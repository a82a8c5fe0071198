/** The one way to add work, opened from any screen. `used` delays loading the sheet until it is first wanted. */
class Capture {
  open = $state(false);
  used = $state(false);

  show(): void {
    this.used = true;
    this.open = true;
  }
}

export const capture = new Capture();
