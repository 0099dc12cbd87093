import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { type Message, Publisher } from '../../src/kernel/publisher.js';

/** A request whose replies write themselves to the socket as [type, content]. */
function request(): Message {
  const createReply = () => {
    const reply = {
      header: { msg_type: '' },
      content: {},
      signAndSend: (_key: string, socket: { send(frames: unknown[]): void }) =>
        socket.send([reply.header.msg_type, reply.content]),
    };
    return reply;
  };
  return { createReply } as unknown as Message;
}

describe('Publisher', () => {
  it('waits for each send, so that a socket that takes one at a time loses nothing', async () => {
    const sent: unknown[] = [];
    let busy = false;
    const publisher = new Publisher('', async (frames) => {
      if (busy) throw new Error('EBUSY');
      busy = true;
      await nextTurn();
      busy = false;
      sent.push(frames[1]);
    });
    const parent = request();
    for (let i = 0; i < 100; i++) publisher.publish(parent, 'display_data', { i });
    await publisher.drained();
    expect(sent).to.deep.equal(Array.from({ length: 100 }, (_, i) => ({ i })));
  });

  it('joins text printed in one turn, and keeps the order of streams and other messages', async () => {
    const sent: unknown[] = [];
    const publisher = new Publisher('', async (frames) => {
      sent.push(frames[1]);
    });
    const parent = request();
    publisher.print(parent, 'stdout', 'a');
    publisher.print(parent, 'stdout', 'b');
    publisher.print(parent, 'stderr', 'c');
    publisher.publish(parent, 'status', { execution_state: 'idle' });
    publisher.print(parent, 'stdout', 'd');
    await nextTurn();
    await nextTurn();
    expect(sent).to.deep.equal([
      { name: 'stdout', text: 'ab' },
      { name: 'stderr', text: 'c' },
      { execution_state: 'idle' },
      { name: 'stdout', text: 'd' },
    ]);
  });

  it('goes on after a send that failed', async () => {
    const sent: unknown[] = [];
    const publisher = new Publisher('', async (frames) => {
      if (frames[0] === 'broken') throw new Error('closed');
      sent.push(frames[0]);
    });
    publisher.publish(request(), 'broken', {});
    publisher.publish(request(), 'status', {});
    await publisher.drained();
    expect(sent).to.deep.equal(['status']);
  });
});
