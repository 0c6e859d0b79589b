/** What the till can do, one name a line. */
export const FEATURES = [
  "sum",
];
