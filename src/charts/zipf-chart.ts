/** How often the words of a vocabulary are sampled. */
import { axis, CHART_CONFIG, chartLayout, type Figure } from './figure.js';

/** What {@link zipfChart} draws. */
export interface ZipfChart {
  /** Names the texts: `IMDB reviews`. */
  texts: string;
  /** In what share of the batches each word is, the most frequent first. */
  shares: ArrayLike<number>;
  /** Texts in a batch. */
  batchSize: number;
}

/** Points drawn a decade of ranks. */
const DENSITY = 40;

/** The share of batches that hold a word (%) against the word's rank, both logarithmic. */
export function zipfChart({ texts, shares, batchSize }: ZipfChart): Figure {
  const ranks = ranksUpTo(shares.length).filter((rank) => shares[rank - 1] > 0);
  const median = shares[Math.floor(shares.length / 2)];
  const never = Array.from(shares).filter((share) => share === 0).length;
  const percent = (share: number) => Number((100 * share).toPrecision(3));
  return {
    data: [
      {
        type: 'scatter',
        mode: 'lines',
        name: 'words',
        x: ranks,
        y: ranks.map((rank) => percent(shares[rank - 1])),
        line: { color: '#0072B2', width: 2.5 },
        fill: 'tozeroy',
        fillcolor: '#0072B226',
        hovertemplate: 'word of rank %{x:,}<br>in %{y:.3g} % of the batches<extra></extra>',
        showlegend: false,
      },
    ],
    layout: chartLayout(
      {
        title: `Most words are rarely sampled: ${texts}`,
        subtitles: [
          `half of the ${shares.length.toLocaleString('en')} words are in ${percent(median)} % of the batches of ${batchSize} texts or in fewer`,
          ...(never > 0
            ? [`${never.toLocaleString('en')} of them ${never === 1 ? 'is' : 'are'} in none`]
            : []),
        ],
        legendEntries: 0,
      },
      {
        xaxis: axis('Rank of the word (logarithmic)', { type: 'log', dtick: 1, showline: true }),
        yaxis: axis('Batches with the word (%)', { type: 'log', dtick: 1 }),
      },
    ),
    config: CHART_CONFIG,
  };
}

/** Ranks whose logarithms are evenly spaced. */
function ranksUpTo(last: number): number[] {
  const n = Math.ceil(DENSITY * Math.log10(Math.max(2, last)));
  const ranks = Array.from({ length: n + 1 }, (_, i) => Math.round(last ** (i / n)));
  return [...new Set(ranks)];
}
