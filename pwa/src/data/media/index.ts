// The work on files: keeping them on this device, and sending them to school.

export { prepare } from "./prepare";
export { UploadQueue } from "./queue";
