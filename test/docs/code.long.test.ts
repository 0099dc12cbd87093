import { runPrograms } from './suite.js';

describe('the code in the documents that takes longer', () => {
  runPrograms(({ long }) => long);
});
