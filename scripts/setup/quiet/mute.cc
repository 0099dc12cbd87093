// TensorFlow 2.21 writes a notice to standard error while it is being loaded, before it reads the
// variable that would silence it. Linked with -z initfirst, this library is initialized before
// TensorFlow's are, and sends standard error nowhere until unmute.cc, in the addon, is initialized
// after them.
#include <fcntl.h>
#include <unistd.h>

static int standard_error = -1;

__attribute__((constructor)) static void mute() {
  int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return;
  standard_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (standard_error >= 0) dup2(nowhere, STDERR_FILENO);
  close(nowhere);
}

extern "C" void lazyahead_unmute() {
  if (standard_error < 0) return;
  dup2(standard_error, STDERR_FILENO);
  close(standard_error);
  standard_error = -1;
}
