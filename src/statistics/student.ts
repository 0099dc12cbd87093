/** Student's t distribution, which jStat knows. */
import { jStat } from 'jstat';

/**
 * The quantile t of Student's distribution: a share `p` of it lies below.
 *
 * @param freedom - degrees of freedom, from 1.
 * @returns within 1e-7 of the true quantile, relative to it.
 */
export const studentQuantile = (p: number, freedom: number): number =>
  jStat.studentt.inv(p, freedom);

/** The share of Student's distribution that lies above `t`. */
export const studentTail = (t: number, freedom: number): number =>
  1 - jStat.studentt.cdf(t, freedom);
