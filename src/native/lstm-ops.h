// The two ops of an LSTM's recurrence: what they are given is checked, then computed.
#pragma once

#include <cstring>

#include "op.h"
#include "recurrence.h"

struct Attributes {
  bool hard;       // hard sigmoids at the gates
  bool keepGates;  // forwards: the way back will be asked for
  bool byGate;     // backwards: dz is [4, batch, time, units]
};

inline void* createLSTM(TF_OpKernelConstruction* construction) {
  TF_Status* status = TF_NewStatus();
  // An attribute that an op does not have is false.
  const auto attribute = [&](const char* name) {
    unsigned char value = 0;
    TF_OpKernelConstruction_GetAttrBool(construction, name, &value, status);
    return value != 0;
  };
  Attributes* attributes =
      new Attributes{attribute("hard"), attribute("keep_gates"), attribute("by_gate")};
  TF_DeleteStatus(status);
  return attributes;
}

inline void destroyLSTM(void* attributes) { delete static_cast<Attributes*>(attributes); }

/// @param projected the shape of x W + b.
inline Recurrence recurrenceOf(bool hard, const std::vector<int64_t>& projected, TF_Tensor* recurrent,
                        TF_Tensor* hMask, TF_Tensor* seen) {
  Recurrence r;
  r.parts = projected.size() == 4 ? 4 : 1;
  const size_t first = projected.size() - 3;
  r.batch = projected[first];
  r.time = projected[first + 1];
  r.units = projected[first + 2] * r.parts / 4;
  r.hard = hard;
  r.recurrent = data(recurrent);
  // An empty one stands for none.
  r.masks = hasShape(hMask, {0}) ? 0 : TF_NumDims(hMask) == 3 ? TF_Dim(hMask, 0) : -1;
  r.hMask = data(hMask);
  r.seen = hasShape(seen, {0}) ? nullptr : data(seen);
  return r;
}

/// Whether what both ops are given fits together; a wrong size would read beyond a tensor.
inline bool fits(const Recurrence& r, TF_Tensor* recurrent, TF_Tensor* hMask, TF_Tensor* seen) {
  return hasShape(recurrent, {r.units, 4 * r.units}) &&
         (r.masks == 0 || ((r.masks == 1 || r.masks == 4) &&
                           hasShape(hMask, {r.masks, r.batch, r.units}))) &&
         (r.seen == nullptr || hasShape(seen, {r.batch, r.time}));
}

inline void computeLSTM(void* kernel, TF_OpKernelContext* context) {
  const Attributes& attributes = *static_cast<Attributes*>(kernel);
  Op op(context);
  TF_Tensor* inputs[6];
  for (int i = 0; i < 6; i++) inputs[i] = op.input(i);
  if (op.failed()) return;
  auto [projected, recurrent, h0, c0, hMask, seen] = inputs;
  const std::vector<int64_t> shape = shapeOf(projected);
  if (!(shape.size() == 3 && shape[2] % 4 == 0) && !(shape.size() == 4 && shape[0] == 4)) {
    return op.fail("projected must be [batch, time, 4 units] or [4, batch, time, units].");
  }
  const Recurrence r = recurrenceOf(attributes.hard, shape, recurrent, hMask, seen);
  if (!fits(r, recurrent, hMask, seen) || !hasShape(h0, {r.batch, r.units}) ||
      !hasShape(c0, {r.batch, r.units})) {
    return op.fail("The shapes of the inputs of LazyaheadLSTM do not fit together.");
  }
  float* h = op.output(0, {r.batch, r.time + 1, r.units});
  float* c = op.output(1, {r.batch, r.time + 1, r.units});
  float* gates = attributes.keepGates ? op.output(2, {r.batch, r.time, 4, r.units})
                                      : op.output(2, {0});
  if (op.failed()) return;
  for (int b = 0; b < r.batch; b++) {
    const size_t bytes = r.units * sizeof(float), to = size_t(b) * (r.time + 1) * r.units;
    std::memcpy(h + to, data(h0) + size_t(b) * r.units, bytes);
    std::memcpy(c + to, data(c0) + size_t(b) * r.units, bytes);
  }
  forward(r, data(projected), h, c, attributes.keepGates ? gates : nullptr, threadsOfOneOp());
}

inline void computeLSTMGrad(void* kernel, TF_OpKernelContext* context) {
  const Attributes& attributes = *static_cast<Attributes*>(kernel);
  Op op(context);
  TF_Tensor* inputs[7];
  for (int i = 0; i < 7; i++) inputs[i] = op.input(i);
  if (op.failed()) return;
  auto [recurrent, c, gates, dh, dcLast, hMask, seen] = inputs;
  if (TF_NumDims(gates) != 4 || TF_Dim(gates, 2) != 4) {
    return op.fail("gates must be [batch, time, 4, units].");
  }
  const int64_t batch = TF_Dim(gates, 0), time = TF_Dim(gates, 1), units = TF_Dim(gates, 3);
  const std::vector<int64_t> shape = attributes.byGate
                                         ? std::vector<int64_t>{4, batch, time, units}
                                         : std::vector<int64_t>{batch, time, 4 * units};
  const Recurrence r = recurrenceOf(attributes.hard, shape, recurrent, hMask, seen);
  const bool everyStep = TF_NumDims(dh) == 3;
  const bool dhFits = everyStep ? hasShape(dh, {batch, time, units}) : hasShape(dh, {batch, units});
  if (!fits(r, recurrent, hMask, seen) || !hasShape(c, {batch, time + 1, units}) || !dhFits ||
      !hasShape(dcLast, {batch, units})) {
    return op.fail("The shapes of the inputs of LazyaheadLSTMGrad do not fit together.");
  }
  float* dz = op.output(0, shape);
  float* dhFirst = op.output(1, {batch, units});
  float* dcFirst = op.output(2, {batch, units});
  if (op.failed()) return;
  backward(r, data(c), data(gates), data(dh), everyStep, data(dcLast), dz, dhFirst, dcFirst,
           threadsOfOneOp());
}
