/** What is used of jStat, which brings no types. */
declare module 'jstat' {
  export const jStat: {
    studentt: {
      inv(p: number, freedom: number): number;
      cdf(t: number, freedom: number): number;
    };
  };
}
