"""All signals of a folder of bars: what __main__.py compares and worked_example.py checks."""
import breadth
import market
import participation
import scopes
import single
import strength


def computed(folder, universe, shares, actions, suspect_percent):
  """({(scope, signal): Column}, dates)."""
  named = universe["benchmarks"]
  benchmarks = [named[role] for role in ("primary", "growth", "equal_weight") if role in named]
  names = {member["symbol"] for basket in universe["basket"] for member in basket["members"]} | set(benchmarks)
  symbols, dates = market.load(folder, names, shares, actions, suspect_percent)
  board = scopes.Market(symbols, dates, benchmarks)
  baskets, waves, thesis = scopes.scopes_of(universe, board)
  every = [*baskets, *waves, thesis]
  for scope in every:
    breadth.compute(scope)
    strength.compute(scope)
    participation.compute(scope)
  strength.rank(baskets)
  for basket in baskets:
    participation.gap_of_basket(basket)
    participation.absorption_of_basket(basket)
  suppliers = participation.suppliers_of(baskets)
  participation.gap_of_thesis(thesis, suppliers)
  participation.absorption_of_thesis(thesis, baskets)
  participation.supplier_diffusion(thesis, suppliers)
  symbol_numbers = single.compute(board, thesis)
  columns = {(scope.name, signal): column for scope in every for signal, column in scope.numbers.items()}
  return columns | symbol_numbers, dates
