// What any op of ours needs: its tensors, their shapes, and how many threads it may use.
#pragma once

#include <cstdlib>
#include <thread>
#include <vector>

#include "tensorflow-c.h"

/// As many threads as TensorFlow has for one op.
inline int threadsOfOneOp() {
  const char* text = std::getenv("TF_NUM_INTRAOP_THREADS");
  const int number = text == nullptr ? 0 : std::atoi(text);
  return number > 0 ? number : int(std::thread::hardware_concurrency());
}

/// A running op's tensors; they are given back when it ends.
class Op {
 public:
  explicit Op(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  ~Op() {
    for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelContext_Failure(context_, status_);
    TF_DeleteStatus(status_);
  }

  TF_Tensor* input(int index) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, index, &tensor, status_);
    if (tensor != nullptr) tensors_.push_back(tensor);
    return tensor;
  }

  /// Null where it cannot be had; the op has then failed.
  float* output(int index, std::vector<int64_t> shape) {
    size_t bytes = sizeof(float);
    for (int64_t size : shape) bytes *= size;
    TF_Tensor* tensor = TF_AllocateOutput(context_, index, TF_FLOAT, shape.data(), shape.size(),
                                          bytes, status_);
    if (tensor == nullptr) return nullptr;
    tensors_.push_back(tensor);
    return static_cast<float*>(TF_TensorData(tensor));
  }

  void fail(const char* message) { TF_SetStatus(status_, TF_INVALID_ARGUMENT, message); }
  bool failed() const { return TF_GetCode(status_) != TF_OK; }

 private:
  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> tensors_;
};

inline const float* data(TF_Tensor* tensor) {
  return static_cast<const float*>(TF_TensorData(tensor));
}


inline bool hasShape(TF_Tensor* tensor, std::vector<int64_t> shape) {
  if (TF_NumDims(tensor) != int(shape.size())) return false;
  for (size_t i = 0; i < shape.size(); i++) {
    if (TF_Dim(tensor, i) != shape[i]) return false;
  }
  return true;
}

inline std::vector<int64_t> shapeOf(TF_Tensor* tensor) {
  std::vector<int64_t> shape(TF_NumDims(tensor));
  for (size_t i = 0; i < shape.size(); i++) shape[i] = TF_Dim(tensor, i);
  return shape;
}
