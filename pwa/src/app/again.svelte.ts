/** The question for the password after the school's server no longer knows this device. It can wait. */
class Again {
  open = $state(false);
}

export const again = new Again();
