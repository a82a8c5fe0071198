// What is needed seldom, loaded together: after a restore of the server, for a refused change or a conflict, and on
// shared devices.

export { retry } from "./refused";
export { resolve } from "./resolve";
export { Sealed } from "./sealed";
export { offer } from "./sync/offer";
