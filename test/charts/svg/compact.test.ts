import { expect } from 'chai';
import fc from 'fast-check';
import { encode } from 'fast-png';
import { compactSvg } from '../../../src/charts/svg/compact.js';

/** What becomes of something inside an SVG. */
async function compacted(inner: string): Promise<string> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9">${inner}</svg>`;
  const compact = await compactSvg(svg, 'c-');
  return compact.replace(/^<svg [^>]*>|<\/svg>$/g, '').replace(/^<svg .*\/>$/, '');
}

const png = (width: number, height: number, data: number[]) =>
  `data:image/png;base64,${Buffer.from(encode({ width, height, data: Uint8Array.from(data), channels: 4 })).toString('base64')}`;

describe('a compact SVG', () => {
  it('has attributes for styles, and none that go without saying', async () => {
    const style = 'stroke: rgb(238, 18, 52); stroke-opacity: 1; stroke-width: 2px; opacity: 1;';
    expect(await compacted(`<path class="xgrid" d="M0,100v180" style="${style}"/>`)).to.equal(
      '<path d="M0,100v180" stroke="#ee1234" stroke-width="2"/>',
    );
    // Inside of a thick line 1 does not go without saying.
    const nested = '<g style="stroke-width: 3px"><path d="M0,0" style="stroke-width: 1px"/></g>';
    expect(await compacted(nested)).to.equal(
      '<g stroke-width="3"><path d="M0,0" stroke-width="1"/></g>',
    );
  });

  it('has coordinates of one decimal', async () => {
    expect(await compacted('<path d="M28.700000000000003,-0.04L1e-7,3.25"/>')).to.equal(
      '<path d="M28.7,0L0,3.3"/>',
    );
    expect(await compacted('<g transform="rotate(-90,17.64,0)"><path d="M0,1"/></g>')).to.equal(
      '<g transform="rotate(-90,17.6,0)"><path d="M0,1"/></g>',
    );
    expect(await compacted('<g transform="translate(0,0)"><path d="M0,1"/></g>')).to.equal(
      '<path d="M0,1"/>',
    );
  });

  it('says once what several have in common, and has circles for round markers', async () => {
    const point = (x: number) =>
      `<path transform="translate(${x},4.25)" d="M3,0A3,3 0 1,1 0,-3A3,3 0 0,1 3,0Z" style="fill: rgb(0, 0, 255)"/>`;
    expect(await compacted(`<g class="points">${point(1)}${point(2)}</g>`)).to.equal(
      '<g fill="#00f"><circle cx="1" cy="4.3" r="3"/><circle cx="2" cy="4.3" r="3"/></g>',
    );
  });

  it('leaves out empty groups and what nothing refers to, and counts the ids', async () => {
    const clips =
      '<defs id="d"><clipPath id="clip1d9ec0"><rect width="1" height="2"/></clipPath><clipPath id="y"><rect/></clipPath></defs>';
    const used = '<g><g/><g clip-path="url(#clip1d9ec0)"><path d="M0,1"/></g></g>';
    expect(await compacted(clips + used)).to.equal(
      '<defs><clipPath id="c-0"><rect width="1" height="2"/></clipPath></defs>' +
        '<g clip-path="url(#c-0)"><path d="M0,1"/></g>',
    );
  });

  it('keeps texts as they are, and links as their text', async () => {
    const link =
      '<a xlink:href="javascript:alert(1)"><tspan style="font-weight:bold">b</tspan></a>';
    expect(await compacted(`<text x="1">a &amp; &#60; ${link} &unknown;</text>`)).to.equal(
      '<text x="1">a &amp; &#60; <tspan font-weight="bold">b</tspan> &amp;unknown;</text>',
    );
  });

  it('has rectangles for an image of few colours, and leaves out what is transparent', async () => {
    const [red, blue, none] = [
      [255, 0, 0, 255],
      [0, 0, 255, 51],
      [0, 0, 0, 0],
    ];
    // red red none / red red blue, each pixel 10 × 5; blue's opacity is 51/255 = 0.2.
    const data = [red, red, none, red, red, blue].flat();
    const image = `<image x="1" y="2" width="30" height="10" xlink:href="${png(3, 2, data)}"/>`;
    expect(await compacted(image)).to.equal(
      '<g shape-rendering="crispEdges"><rect x="1" y="2" width="20" height="10" fill="#f00"/>' +
        '<rect x="21" y="7" width="10" height="5" fill="#00f" fill-opacity="0.20"/></g>',
    );
  });

  it('covers every pixel of such an image once, by its own colour', async () => {
    const picture = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }));
    const grid = picture.chain(([width, height]) => {
      const shades = fc.array(fc.integer({ min: 1, max: 3 }), {
        ...{ minLength: width * height, maxLength: width * height },
      });
      return fc.record({ width: fc.constant(width), height: fc.constant(height), shades });
    });
    await fc.assert(
      fc.asyncProperty(grid, async ({ width, height, shades }) => {
        const data = shades.flatMap((shade) => [17 * shade, 0, 0, 255]);
        const svg = await compacted(
          `<image x="0" y="0" width="${width}" height="${height}" xlink:href="${png(width, height, data)}"/>`,
        );
        const covered = Array(width * height).fill(0);
        for (const [, x, y, w, h, shade] of svg.matchAll(
          /<rect x="(\d)" y="(\d)" width="(\d)" height="(\d)"(?: fill="#(\d)00")?/g,
        )) {
          // One colour alone is the group's.
          const fill = Number(shade ?? /<g[^>]* fill="#(\d)00"/.exec(svg)![1]);
          for (let row = +y; row < +y + +h; row++) {
            for (let column = +x; column < +x + +w; column++) {
              covered[row * width + column] += fill;
            }
          }
        }
        expect(covered).to.deep.equal(shades);
      }),
    );
  });

  it('has nothing that runs, links or is fetched, whatever came in', async () => {
    const evil = [
      '<script>alert(1)</script>',
      '<foreignObject><body onload="alert(1)"/></foreignObject>',
      '<path d="M0,0" onclick="alert(1)" style="fill: url(http://evil.test/x)"/>',
      '<image xlink:href="http://evil.test/x.png" width="1" height="1"/>',
      '<image xlink:href="data:image/svg+xml;base64,AAAA" width="1" height="1"/>',
      '<image href="http://evil.test/x.png" width="1" height="1"/>',
      '<use href="http://evil.test/x.svg#a"/>',
      '<a href="javascript:alert(1)"><text>click</text></a>',
      '<style>@import "http://evil.test/x.css"</style>',
      '<g style="background: url(http://evil.test/x)"><path d="M0,1"/></g>',
      '<path d="M0,0" fill="url(&quot;http://evil.test&quot;)"/>',
      '<animate attributeName="href" to="javascript:alert(1)"/>',
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...evil)), async (parts) => {
        const compact = await compacted(`<g><path d="M0,2"/>${parts.join('')}</g>`);
        expect(compact).not.to.match(/script|alert|evil|href|onclick|style|foreign|animate|<use/);
        expect(compact).to.include('<path d="M0,2"/>');
      }),
    );
  });

  it('is well-formed, whatever values and texts came in', async () => {
    const value = fc.string({ unit: 'grapheme' });
    const escaped = (text: string) =>
      text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
    const name = fc.constantFrom('fill', 'd', 'x', 'transform', 'font-family', 'clip-path', 'id');
    await fc.assert(
      fc.asyncProperty(name, value, value, async (attribute, first, text) => {
        const svg = await compacted(
          `<text ${attribute}="${escaped(first)}" style="fill: ${escaped(first)}">${escaped(text)}</text>`,
        );
        expect(svg).to.match(/^<text( [a-z-]+="[^"<]*")*(>[^<]*<\/text>|\/>)$/);
        expect(svg.replace(/&(amp|lt|gt|quot);/g, '')).not.to.include('&');
      }),
    );
  });
});
