// See mute.cc.
extern "C" void lazyahead_unmute();

__attribute__((constructor)) static void unmute() { lazyahead_unmute(); }
