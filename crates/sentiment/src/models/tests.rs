//! That a model is found where its weights are, and that what is missing is said.

use backtweet_domain::Sentiment;

use super::*;
use crate::Text;
use crate::deep::fixture::Tiny;

fn refused(choice: Choice, folders: &Folders) -> String {
    match choice.load(folders) {
        Ok(model) => panic!("{} was made of nothing", model.name()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn weights_are_found_in_the_first_folder_that_has_them() {
    let folder = tempfile::tempdir().unwrap();
    let (empty, full, other) = (
        folder.path().join("a"),
        folder.path().join("b"),
        folder.path().join("c"),
    );
    for folder in [&full, &other] {
        std::fs::create_dir(folder).unwrap();
    }
    let folders = Folders::only([empty.clone(), full.clone(), other.clone()]);
    let said = refused(Choice::Deep, &folders);
    for part in [
        &*empty.to_string_lossy(),
        &*other.to_string_lossy(),
        DEEP,
        "BACKTWEET_MODELS",
    ] {
        assert!(said.contains(part), "{said}");
    }
    std::fs::write(full.join(DEEP), Tiny::new().with("name", "deep/b").file()).unwrap();
    std::fs::write(other.join(DEEP), Tiny::new().file()).unwrap();
    assert_eq!(Choice::Deep.load(&folders).unwrap().name(), "deep/b");
    assert_eq!(Choice::Auto.load(&folders).unwrap().name(), "auto/1");
}

#[test]
fn weights_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let folders = Folders::only([folder.path().to_owned()]);
    let file = folder.path().join(DEEP);
    std::fs::write(&file, "half a file").unwrap();
    let said = refused(Choice::Auto, &folders);
    assert!(
        said.contains(&*file.to_string_lossy()) && said.contains("not a whole file"),
        "{said}"
    );
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let said = refused(Choice::Deep, &folders);
    assert!(
        said.contains(&*file.to_string_lossy()) && said.contains("let this user read it"),
        "{said}"
    );
}

#[test]
fn the_folders_are_the_named_one_the_working_one_and_those_above_the_program() {
    let Folders(folders) = Folders::new(Some(Path::new("/named")));
    assert_eq!(folders[..2], [PathBuf::from("/named"), PathBuf::from("models")]);
    let program = std::env::current_exe().unwrap();
    assert_eq!(folders[2], program.with_file_name("models"));
    assert_eq!(folders.last(), Some(&PathBuf::from("/models")));
    assert_eq!(Folders::new(None).0, folders[1..]);
}

#[test]
fn a_cascade_asks_the_transformer_where_the_fast_model_is_not_sure() {
    let texts = [
        "I love this so much, thank you!",
        "i this day",
        "Olen tänään hyvin onnellinen täällä",
    ];
    let texts = texts.map(|text| Text { text, language: None });
    let fast = Fast::new().score(&texts);
    let bound = f64::midpoint(fast[0].confidence, fast[1].confidence);
    assert!(fast[0].confidence > fast[1].confidence, "{fast:?}");
    let score = |sure: f64| -> Vec<Sentiment> {
        let file = Tiny::new().with("sure", &sure.to_string()).file();
        Auto::new(Deep::read(&file).unwrap()).score(&texts)
    };
    let deep = Deep::read(&Tiny::new().file()).unwrap().score(&texts);
    assert_eq!(score(0.0), fast);
    assert_eq!(score(bound), [fast[0].clone(), deep[1].clone(), fast[2].clone()]);
    assert_eq!(score(1.0), [deep[0].clone(), deep[1].clone(), fast[2].clone()]);
}
