export const student = {};
