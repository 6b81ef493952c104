import numpy as np
import pandas as pd
import pytest

from threefold.record.scaling import estimate, fit_scaling


def test_start_and_rate_are_found_exactly():
    size = np.array([1.0, 10.0, 100.0, 1000.0])
    found = fit_scaling(size, 2 + 0.5 * size)
    assert found.start == pytest.approx(2) and found.rate == pytest.approx(0.5)
    assert found.error == pytest.approx(0, abs=1e-9)
    assert found.sizes == 4 and found.cost(4000) == pytest.approx(2002)


def test_the_error_is_of_sizes_left_out():
    # Three jobs cost ten, whatever their size, the fourth a hundred: from the others it would be predicted at ten.
    found = fit_scaling(np.array([1.0, 2.0, 3.0, 4.0]), np.array([10.0, 10.0, 10.0, 100.0]))
    assert found.error > 0.4


def test_neither_start_nor_rate_is_negative():
    falling = fit_scaling(np.array([1.0, 2.0, 3.0]), np.array([30.0, 20.0, 10.0]))
    assert falling.rate == 0 and falling.start > 0


def test_two_sizes_give_a_line_and_one_a_proportion_without_an_error():
    two = fit_scaling(np.array([1.0, 1.0, 3.0]), np.array([5.0, 5.0, 9.0]))
    assert np.isnan(two.error) and two.sizes == 2 and two.cost(10) == pytest.approx(23)
    one = fit_scaling(np.array([2.0, 2.0]), np.array([3.0, 5.0]))
    assert np.isnan(one.error) and one.cost(10) == pytest.approx(20)


def test_a_rate_that_the_start_up_hides_is_seen_in_proportion():
    hidden = fit_scaling(np.array([1.0, 2.0, 4.0]), np.array([5.1, 4.9, 5.0]))
    assert hidden.cost(1000) < 50
    assert hidden.proportional(1000) == pytest.approx(1250)
    assert hidden.proportional(0.1) == pytest.approx(hidden.cost(0.1))


def test_an_estimate_tells_what_is_fitted_taken_as_here_and_unknown():
    size = [1.0, 10.0, 100.0]
    measured = pd.DataFrame({"stage": "fit", "size": size, "seconds": [1 + 2 * x for x in size], "memory": [50.0] * 3})
    fixed = pd.DataFrame({"stage": ["draw"] * 2, "size": [None, None], "seconds": [3.0, 5.0], "memory": [7.0, 9.0]})
    planned = pd.DataFrame({"stage": ["fit", "fit", "draw", "fetch"], "size": [1000.0, 10.0, None, None]})
    later = pd.DataFrame({"stage": ["fit"] * 2, "size": [10.0, None]})
    found = estimate(pd.concat([measured, fixed]).astype({"size": float}), planned).set_index("stage")
    assert found.loc["fit", "seconds"] == pytest.approx(2001 + 21)
    assert found.loc["fit", "proportional"] == pytest.approx(2010 + 21)
    assert found.loc["fit", ["jobs", "sizes", "beyond"]].tolist() == [2, 3, 10]
    assert found.loc["fit", "unsized"] == 0
    assert estimate(pd.concat([measured, fixed]).astype({"size": float}), later).loc[0, "unsized"] == 1
    assert found.loc["draw", ["seconds", "memory"]].tolist() == [4, 9] and np.isnan(found.loc["draw", "sizes"])
    assert np.isnan(found.loc["fetch", "seconds"])
