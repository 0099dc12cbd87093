import { expect } from 'chai';
import { vectorInstructions } from '../../src/runtime/processor.js';

const ZEN_3 = 'fpu sse4_1 avx fma avx2 bmi2'.split(' ');
const ZEN_4 = [...ZEN_3, ...'avx512f avx512bw avx512vl avx512dq avx512_vnni'.split(' ')];

describe('vectorInstructions', () => {
  it('is the widest set that a processor has', () => {
    expect(vectorInstructions(['fpu', 'sse4_1'], '')).to.equal('SSE4.1');
    expect(vectorInstructions(['sse4_1', 'avx'], '')).to.equal('AVX');
    expect(vectorInstructions(ZEN_3, '')).to.equal('AVX2');
    expect(vectorInstructions(ZEN_4, '')).to.equal('AVX-512');
  });

  it('has a set only where all its parts are there', () => {
    const knightsLanding = [...ZEN_3, 'avx512f', 'avx512cd'];
    expect(vectorInstructions(knightsLanding, '')).to.equal('AVX2');
    expect(
      vectorInstructions(
        ZEN_3.filter((flag) => flag !== 'fma'),
        '',
      ),
    ).to.equal('AVX');
  });

  it('is no wider than what oneDNN was told', () => {
    expect(vectorInstructions(ZEN_4, 'AVX2')).to.equal('AVX2');
    expect(vectorInstructions(ZEN_4, 'avx2_vnni')).to.equal('AVX2');
    expect(vectorInstructions(ZEN_4, 'AVX')).to.equal('AVX');
    expect(vectorInstructions(ZEN_4, 'SSE41')).to.equal('SSE4.1');
    expect(vectorInstructions(ZEN_4, 'AVX512_CORE_AMX')).to.equal('AVX-512');
    expect(vectorInstructions(ZEN_4, 'ALL')).to.equal('AVX-512');
  });

  it('does not come from a limit above what the processor has', () => {
    expect(vectorInstructions(ZEN_3, 'AVX512_CORE')).to.equal('AVX2');
  });

  it('is null where nothing is known', () => {
    expect(vectorInstructions([], '')).to.equal(null);
    expect(vectorInstructions([], 'AVX2')).to.equal(null);
  });
});
