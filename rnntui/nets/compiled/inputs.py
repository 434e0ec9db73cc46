"""The first layer's input, products from a table or rows of the embedding; forward and backward."""

from rnntui.nets.compiled.compiling import numba_inlined
from rnntui.nets.compiled.lanes import LANES_BYTES, clear, index, load, store
from rnntui.nets.compiled.layers import matrix, strip
from rnntui.nets.compiled.products import Left, product
from rnntui.nets.compiled.records import Record


@numba_inlined
def tabulate(part: Record, first: Record) -> None:
    """Compute each symbol's products, where they are looked up and there is an embedding."""
    if part.table > 0 and part.embedding > 0:
        terms, table = part.embedding_terms, strip(part.table, part.table_row)
        rows = Left(part.embedding, part.embedding_row, 4)
        w_ih = matrix(first.w_ih, terms)
        product(part.vocabulary, first.input_columns, terms, rows, w_ih, table, 0)


@numba_inlined
def look_up(part: Record, first: Record, count: int) -> None:
    """Copy the products, or the rows of the embedding, of `count` inputs to the first layer."""
    if part.table > 0:
        source, source_row = part.table, part.table_row
        target, target_row = first.gates, first.gates_row
        size = 4 * first.input_columns
    else:
        source, source_row = part.embedding, part.embedding_row
        target, target_row = first.input, first.input_row
        size = 4 * part.embedding_terms
    for place in range(count):
        row = source + index(part.inputs + 8 * place) * source_row
        here = target + place * target_row
        masks = part.embedding_masks + place * target_row
        for offset in range(0, size, LANES_BYTES):
            numbers = load(row + offset)
            if part.embedding_masks > 0:
                numbers = numbers * load(masks + offset)
            store(numbers, here + offset)


@numba_inlined
def gather(part: Record, first: Record, count: int) -> None:
    """Backward of both: gradients of the table or the embedding, and of the table's factors."""
    if part.table > 0:
        source, source_row = first.gates, first.gates_row
        target, target_row = part.table_gradient, part.table_row
        size = 4 * first.input_columns
        if part.embedding > 0:
            clear(target, part.vocabulary * target_row)
    else:
        source, source_row = first.input_gradient, first.input_row
        target, target_row = part.embedding_gradient, part.embedding_row
        size = 4 * part.embedding_terms
    for place in range(count):
        row = target + index(part.inputs + 8 * place) * target_row
        here = source + place * source_row
        masks = part.embedding_masks + place * source_row
        for offset in range(0, size, LANES_BYTES):
            gradient = load(here + offset)
            if part.embedding_masks > 0:
                gradient = gradient * load(masks + offset)
            store(load(row + offset) + gradient, row + offset)
    if part.table > 0 and part.embedding > 0:
        terms, columns, symbols = part.embedding_terms, first.input_columns, part.vocabulary
        rows = Left(part.embedding, 4, part.embedding_row)
        table = strip(part.table_gradient, part.table_row)
        product(terms, columns, symbols, rows, table, matrix(first.w_ih_gradient, terms), 1)
        errors = Left(part.table_gradient, part.table_row, 4)
        below = strip(part.embedding_gradient, part.embedding_row)
        product(symbols, terms, columns, errors, matrix(first.w_ih_back, columns), below, 1)
