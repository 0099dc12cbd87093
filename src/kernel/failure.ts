/** What a Jupyter `error` message says. */
export interface Failure {
  ename: string;
  evalue: string;
  traceback: string[];
}
