import pytest

from tests.recipes.run_recipe import load_recipe, rows_in_the_paper

pytestmark = pytest.mark.one_backend


def test_the_table_is_the_papers():
    recipe = load_recipe("mosi_unimodal")
    assert recipe.TABLE == rows_in_the_paper(1)
    assert recipe.parse([]).variant == recipe.TABLE
