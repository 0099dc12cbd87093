/** The charts of a Markdown report: files beside it. */
import { isSweep } from '../charts/cells.js';
import type { Figure } from '../charts/figure.js';
import { figureSvg } from '../charts/figure-svg.js';
import { validationChart } from '../charts/learning-curves.js';
import { metricCaption, sectionTitle } from './captions.js';
import type { ReportContent, ReportSection } from './html.js';
import { reproductionTable } from './reproduction.js';
import { sweepCharts } from './sweep-charts.js';

/** A chart and where it stands, from the report's folder. */
export interface MarkdownChart {
  file: string;
  alt: string;
  caption: string;
  figure: Figure;
}

/** A section's charts of lines and points; heat maps are tables in Markdown. None without a name. */
export function chartsOf({ name, runs, reported }: ReportSection): MarkdownChart[] {
  if (name === undefined) return [];
  const table = reproductionTable(runs, reported);
  const validation = validationChart(runs, { reported });
  const charts = isSweep(table.rows)
    ? sweepCharts(table).filter(({ figure }) => figure.data.every(({ type }) => type === 'scatter'))
    : [{ name: '', figure: validation, caption: metricCaption(table, validation) }];
  return charts.map((chart) => ({
    file: `charts/${[name, chart.name].filter(Boolean).join('-')}.svg`,
    alt: `${isSweep(table.rows) ? 'Results against hyperparameters' : `Validation ${table.metric} against epoch`}: ${sectionTitle(table)}`,
    caption: chart.caption,
    figure: chart.figure,
  }));
}

/** All of a report's charts as SVG, by file: pure, so that they are the same bytes everywhere. */
export const chartFiles = ({ sections }: ReportContent): Map<string, string> =>
  new Map(sections.flatMap(chartsOf).map(({ file, figure }) => [file, figureSvg(figure)]));
