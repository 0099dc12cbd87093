import { expect } from 'chai';
import { Channel } from '../../src/sweeps/channel.js';

async function read<T>(channel: Channel<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of channel) values.push(value);
  return values;
}

describe('Channel', () => {
  it('gives what is pushed before and while it is read, in order', async () => {
    const channel = new Channel<number>();
    channel.push(1);
    channel.push(2);
    const values = read(channel);
    await null;
    channel.push(3);
    setTimeout(() => {
      channel.push(4);
      channel.end();
    });
    expect(await values).to.deep.equal([1, 2, 3, 4]);
  });

  it('gives all values before the error that ended it', async () => {
    const channel = new Channel<number>();
    channel.push(1);
    channel.end(new Error('broken'));
    const seen: number[] = [];
    let message = '';
    try {
      for await (const value of channel) seen.push(value);
    } catch (error) {
      message = (error as Error).message;
    }
    expect([seen, message]).to.deep.equal([[1], 'broken']);
  });
});
