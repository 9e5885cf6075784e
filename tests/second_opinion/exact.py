"""Whole numbers: prices of 1e-9 dollar from their text, quotients rounded half away from zero, windows."""
import numpy as np

E9, E12 = 10**9, 10**12


def divide(numerator, denominator):
  """Quotient of two integers, rounded half away from zero; the denominator is positive."""
  quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
  return quotient if numerator >= 0 else -quotient


def divide_all(numerators, denominators):
  """`divide` of arrays of Python integers, which have as many digits as they need; the result fits int64."""
  sizes = np.abs(numerators)
  quotients = (2 * sizes + denominators) // (2 * denominators)
  return np.where(numerators < 0, -quotients, quotients).astype(np.int64)


def scaled(text, digits):
  """Decimal text in units of 10^-digits, rounded half away from zero, from its digits."""
  mantissa, _, exponent = text.strip().lower().partition("e")
  whole, _, fraction = mantissa.lstrip("+-").partition(".")
  number, shift = int(whole + fraction), digits - len(fraction) + int(exponent or 0)
  value = number * 10**shift if shift >= 0 else divide(number, 10**-shift)
  return -value if mantissa.startswith("-") else value


def price_e9(text):
  """`scaled` to 1e-9, quickly for what most files hold."""
  whole, _, fraction = text.partition(".")
  if not whole.isdigit() or not (fraction.isdigit() or not fraction):
    return scaled(text, 9)
  if len(fraction) <= 9:
    return int(whole + fraction.ljust(9, "0"))
  return int(whole + fraction[:9]) + (fraction[9] >= "5")


def return_of(price, base, unit):
  """(price - base) / base of int64 arrays in whole units."""
  return divide_all((price - base).astype(object) * unit, base.astype(object))


def rounded_e12(numbers):
  """A logarithm that will be summed, in whole 1e-12."""
  scaled = np.asarray(numbers) * 1e12
  return np.where(scaled < 0, np.ceil(scaled - 0.5), np.floor(scaled + 0.5))


def trailing(values, n):
  """Rows of the last n values at n-1, n, … of the first axis; empty when there are fewer."""
  if len(values) < n:
    return np.empty((0, n) + values.shape[1:], values.dtype)
  return np.moveaxis(np.lib.stride_tricks.sliding_window_view(values, n, axis=0), -1, 1)


def lagged(values, n, fill):
  """values[t - n] at t."""
  out = np.full_like(values, fill)
  if n < len(values):
    out[n:] = values[:len(values) - n]
  return out
