// The two ops of softmax cross-entropy with class numbers as labels.
#pragma once

#include <cmath>

#include "cross-entropy.h"
#include "op.h"

inline const int32_t* labelsOf(TF_Tensor* tensor) {
  return static_cast<const int32_t*>(TF_TensorData(tensor));
}

/// Whether the labels are [rows] and from 0 to classes - 1; the op has failed where they are not.
inline bool checkLabels(Op& op, TF_Tensor* logits, TF_Tensor* labels) {
  if (TF_NumDims(logits) != 2 || !hasShape(labels, {TF_Dim(logits, 0)})) {
    op.fail("logits must be [rows, classes], labels [rows].");
    return false;
  }
  for (int64_t row = 0; row < TF_Dim(logits, 0); row++) {
    const int32_t label = labelsOf(labels)[row];
    if (label < 0 || label >= TF_Dim(logits, 1)) {
      op.fail("A label of the cross-entropy is not from 0 to classes - 1.");
      return false;
    }
  }
  return true;
}

inline void computeCrossEntropy(void*, TF_OpKernelContext* context) {
  Op op(context);
  TF_Tensor *logits = op.input(0), *labels = op.input(1);
  if (op.failed() || !checkLabels(op, logits, labels)) return;
  const int64_t rows = TF_Dim(logits, 0);
  float *loss = op.output(0, {rows}), *sums = op.output(1, {rows, 2});
  if (op.failed()) return;
  crossEntropy(data(logits), labelsOf(labels), rows, TF_Dim(logits, 1), loss, sums,
               threadsOfOneOp());
}

inline void computeCrossEntropyGrad(void*, TF_OpKernelContext* context) {
  Op op(context);
  TF_Tensor* inputs[4];
  for (int i = 0; i < 4; i++) inputs[i] = op.input(i);
  if (op.failed()) return;
  auto [logits, labels, sums, dLoss] = inputs;
  if (!checkLabels(op, logits, labels)) return;
  const int64_t rows = TF_Dim(logits, 0), classes = TF_Dim(logits, 1);
  if (!hasShape(sums, {rows, 2}) || !hasShape(dLoss, {rows})) {
    return op.fail("sums must be [rows, 2], d_loss [rows].");
  }
  float* dLogits = op.output(0, {rows, classes});
  if (op.failed()) return;
  crossEntropyGrad(data(logits), labelsOf(labels), data(sums), data(dLoss), rows, classes, dLogits,
                   threadsOfOneOp());
}
