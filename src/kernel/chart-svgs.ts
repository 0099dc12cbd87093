import type { Figure } from '../charts/figure.js';
import { openSvgRenderer, type SvgRenderer } from '../charts/svg/renderer.js';

/** A run's charts as SVG, by one browser that is started for the first of them. */
export class ChartSvgs {
  /** How many there were, and why where none could be drawn. */
  readonly count: { drawn: number; missing: number; reason: string | null } = {
    drawn: 0,
    missing: 0,
    reason: null,
  };
  #renderer: SvgRenderer | undefined;

  async draw(figure: Figure): Promise<string | null> {
    try {
      if (this.count.reason === null) this.#renderer ??= await openSvgRenderer();
    } catch (error) {
      [this.count.reason] = (error as Error).message.split('\n');
    }
    const svg = (await this.#renderer?.svgOf(figure)) ?? null;
    this.count[svg === null ? 'missing' : 'drawn']++;
    return svg;
  }

  async close(): Promise<void> {
    await this.#renderer?.close();
  }
}
