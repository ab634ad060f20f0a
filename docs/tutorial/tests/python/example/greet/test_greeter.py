from example.greet.greeter import greet


def test_names_are_set_in_title_case():
    assert greet("grace hopper").name == "Grace Hopper"


def test_the_text_names_the_person():
    assert greet("ada").text == "Hello, Ada!"
