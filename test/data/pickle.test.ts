import { expect } from 'chai';
import fc from 'fast-check';
import { readPickledIntLists } from '../../src/data/pickle.js';
import { int32, pickle, python2Head, python2Pickle } from '../support/npz.js';

/** An object array of [1, 300, 70000], [] and [5], pickled by Python 3.11 with numpy 2.4.6. */
const PICKLED = {
  'protocol 2':
    'gAJjbnVtcHkuX2NvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQBjbnVtcHkKbmRhcnJheQpxAUsAhXECY19jb2RlY3MKZW5jb2RlCnEDWAEAAABicQRYBgAAAGxhdGluMXEFhnEGUnEHh3EIUnEJKEsBSwOFcQpjbnVtcHkKZHR5cGUKcQtYAgAAAE84cQyJiIdxDVJxDihLA1gBAAAAfHEPTk5OSv////9K/////0s/dHEQYoldcREoXXESKEsBTSwBSnARAQBlXXETXXEUSwVhZXRxFWIu',
  'protocol 3':
    'gANjbnVtcHkuX2NvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQBjbnVtcHkKbmRhcnJheQpxAUsAhXECQwFicQOHcQRScQUoSwFLA4VxBmNudW1weQpkdHlwZQpxB1gCAAAATzhxCImIh3EJUnEKKEsDWAEAAAB8cQtOTk5K/////0r/////Sz90cQxiiV1xDShdcQ4oSwFNLAFKcBEBAGVdcQ9dcRBLBWFldHERYi4=',
  'protocol 4':
    'gASVnwAAAAAAAACMFm51bXB5Ll9jb3JlLm11bHRpYXJyYXmUjAxfcmVjb25zdHJ1Y3SUk5SMBW51bXB5lIwHbmRhcnJheZSTlEsAhZRDAWKUh5RSlChLAUsDhZRoA4wFZHR5cGWUk5SMAk84lImIh5RSlChLA4wBfJROTk5K/////0r/////Sz90lGKJXZQoXZQoSwFNLAFKcBEBAGVdlF2USwVhZXSUYi4=',
};
/** Two entries that are one list, [7, 8]: the second is a reference to the first. */
const SHARED =
  'gASVlAAAAAAAAACMFm51bXB5Ll9jb3JlLm11bHRpYXJyYXmUjAxfcmVjb25zdHJ1Y3SUk5SMBW51bXB5lIwHbmRhcnJheZSTlEsAhZRDAWKUh5RSlChLAUsChZRoA4wFZHR5cGWUk5SMAk84lImIh5RSlChLA4wBfJROTk5K/////0r/////Sz90lGKJXZQoXZQoSwdLCGVoE2V0lGIu';
/** One entry, an ndarray; and one entry, a list of one np.int64. */
const NESTED =
  'gAJjbnVtcHkuX2NvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQBjbnVtcHkKbmRhcnJheQpxAUsAhXECY19jb2RlY3MKZW5jb2RlCnEDWAEAAABicQRYBgAAAGxhdGluMXEFhnEGUnEHh3EIUnEJKEsBSwGFcQpjbnVtcHkKZHR5cGUKcQtYAgAAAE84cQyJiIdxDVJxDihLA1gBAAAAfHEPTk5OSv////9K/////0s/dHEQYoldcRFoAGgBSwCFcRJoB4dxE1JxFChLAUsChXEVaAtYAgAAAGk4cRaJiIdxF1JxGChLA1gBAAAAPHEZTk5OSv////9K/////0sAdHEaYoloA1gQAAAAAQAAAAAAAAACAAAAAAAAAHEbaAWGcRxScR10cR5iYXRxH2Iu';
const SCALAR =
  'gAJjbnVtcHkuX2NvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQBjbnVtcHkKbmRhcnJheQpxAUsAhXECY19jb2RlY3MKZW5jb2RlCnEDWAEAAABicQRYBgAAAGxhdGluMXEFhnEGUnEHh3EIUnEJKEsBSwGFcQpjbnVtcHkKZHR5cGUKcQtYAgAAAE84cQyJiIdxDVJxDihLA1gBAAAAfHEPTk5OSv////9K/////0s/dHEQYoldcRFdcRJjbnVtcHkuX2NvcmUubXVsdGlhcnJheQpzY2FsYXIKcRNoC1gCAAAAaThxFImIh3EVUnEWKEsDWAEAAAA8cRdOTk5K/////0r/////SwB0cRhiaANYCAAAAAMAAAAAAAAAcRloBYZxGlJxG4ZxHFJxHWFhdHEeYi4=';

const read = (base64: string) => readPickledIntLists(Buffer.from(base64, 'base64'));

describe('readPickledIntLists', () => {
  for (const [protocol, base64] of Object.entries(PICKLED)) {
    it(`reads what numpy on Python 3 writes with ${protocol}`, () => {
      expect(read(base64)).to.deep.equal([[1, 300, 70000], [], [5]]);
    });
  }

  it('reads what numpy on Python 2 writes', () => {
    const lists = [[1, 300, 70000], [], [5]];
    expect(readPickledIntLists(python2Pickle(lists))).to.deep.equal(lists);
  });

  it('gives a list that stands twice in the array twice', () => {
    expect(read(SHARED)).to.deep.equal([
      [7, 8],
      [7, 8],
    ]);
  });

  it('refuses a list of numpy scalars and an array of arrays', () => {
    expect(() => read(SCALAR)).to.throw('"numpy._core.multiarray.scalar"');
    expect(() => read(NESTED)).to.throw('something else than a numpy object array');
  });

  it('refuses a call of os.system by its name, in either way of naming it', () => {
    const old = pickle('\x80\x02cos\nsystem\n(U\x04true\x85R.');
    const recent = pickle('\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.');
    for (const hostile of [old, recent]) {
      expect(() => readPickledIntLists(hostile)).to.throw(/^the pickle refers to "os\.system"/);
    }
  });

  it('refuses names that every JavaScript object has', () => {
    for (const name of ['__proto__', 'constructor', 'numpy\n__proto__']) {
      const [module, member] = name.includes('\n') ? name.split('\n') : ['', name];
      const hostile = pickle(`\x80\x02c${module}\n${member}\n.`);
      expect(() => readPickledIntLists(hostile)).to.throw(/^the pickle refers to /);
    }
  });

  it('refuses to call what it allows with other arguments', () => {
    const notAnArray = pickle(
      '\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\ndtype\n\x85R.',
    );
    expect(() => readPickledIntLists(notAnArray)).to.throw(/^the pickle makes a call/);
    const calledAnInteger = pickle('\x80\x02K\x01)R.');
    expect(() => readPickledIntLists(calledAnInteger)).to.throw(/^the pickle makes a call/);
  });

  it('refuses opcodes that no such array uses, with the byte they stand at', () => {
    // EMPTY_DICT, INST, PERSID, EXT1, DUP, LONG1, NEWOBJ
    for (const opcode of [0x7d, 0x69, 0x50, 0x82, 0x32, 0x8a, 0x81]) {
      const hex = opcode.toString(16);
      expect(() => readPickledIntLists(pickle('\x80\x02', opcode))).to.throw(
        `the pickle uses the opcode 0x${hex} at byte 2`,
      );
    }
  });

  it('refuses a stack that only grows', () => {
    const hostile = Buffer.alloc(1_000_000, pickle('K\x01'));
    expect(() => readPickledIntLists(hostile)).to.throw('unreasonably deep stack');
    expect(() => readPickledIntLists(Buffer.alloc(1_000_000, '('))).to.throw('unreasonably deep');
  });

  it('refuses millions of empty lists and of memo entries', () => {
    const batch = pickle('(', Buffer.alloc(90_000, ']'), 'e');
    const lists = pickle(']', ...Array.from({ length: 12 }, () => batch));
    expect(() => readPickledIntLists(lists)).to.throw('unreasonably many objects');
    const put = pickle('r', int32(1));
    expect(() => readPickledIntLists(pickle('K\x01', Buffer.alloc(5_500_000, put)))).to.throw(
      'unreasonably many objects',
    );
  });

  it('refuses an array that names one long list again and again', () => {
    // 1,000 integers of 2 bytes and 1,000 references of 2 bytes are 1,000,000 integers.
    const long = pickle('](', Buffer.alloc(2_000, pickle('K\x01')), 'eq\x09');
    const again = Buffer.alloc(2_000, pickle('h\x09'));
    const bomb = pickle(python2Head(1_001), '](', long, again, 'etb.');
    expect(() => readPickledIntLists(bomb)).to.throw('repeats its lists unreasonably');
  });

  it('refuses a list inside a list, be it the list itself', () => {
    const nested = pickle(python2Head(1), '](](]eetb.');
    const itself = pickle(python2Head(1), '](]q\x09(h\x09eetb.');
    for (const hostile of [nested, itself]) {
      expect(() => readPickledIntLists(hostile)).to.throw('something else than lists of integers');
    }
  });

  it('refuses a shape that does not fit', () => {
    expect(() => readPickledIntLists(pickle(python2Head(3), ']]atb.'))).to.throw('shape');
  });

  it('refuses every cut of a pickle in one clause', () => {
    const whole = Buffer.from(PICKLED['protocol 4'], 'base64');
    for (let length = 0; length < whole.length; length++) {
      expect(() => readPickledIntLists(whole.subarray(0, length))).to.throw(
        /^the pickle is cut short$/,
      );
    }
  });

  it('never fails otherwise than with its own words, whatever byte is changed', () => {
    const whole = python2Pickle([[1, 300], [70000]]);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(whole);
        changed[at] = byte;
        try {
          readPickledIntLists(changed);
        } catch (error) {
          expect((error as Error).message).to.match(/^the pickle/);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
