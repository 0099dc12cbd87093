import { expect } from 'chai';
import { UsageError } from '../../src/runtime/errors.js';
import { MlflowServer } from '../../src/training/mlflow.js';
import { rejection } from '../support/data-folders.js';
import { startFileServer } from '../support/file-server.js';

describe('a server that refuses', () => {
  it('is quoted with its first line alone, its control characters shown', async () => {
    const server = await startFileServer((_, response) =>
      response.writeHead(500).end('\nNo \u001b[2Jroom.\n<html>and much more'),
    );
    try {
      const error = await rejection(MlflowServer.connect(`mlflow:${server.url}`));
      expect(error).to.be.instanceOf(UsageError);
      expect(error.message).to.equal(
        `No MLflow server can be used at ${server.url} (MLflow answers 500: No \\x1b[2Jroom.): start one with "mlflow server", or do without.`,
      );
    } finally {
      server.close();
    }
  });
});
