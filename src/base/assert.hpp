// GS_ASSERT: for our own bugs, on in release too. Prints and aborts; the journal makes the run reproducible.
#pragma once

namespace groundswell {
[[noreturn]] void assert_failed(const char* condition, const char* file, int line) noexcept;
}

#define GS_ASSERT(condition) (__builtin_expect(!!(condition), 1) ? (void)0 : ::groundswell::assert_failed(#condition, __FILE__, __LINE__))
