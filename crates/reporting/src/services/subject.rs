//! `SubjectService` over `subjects`.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use backtweet_wire::v1;
use backtweet_wire::v1::subject_service_server::SubjectService;

use super::{invalid, subject_status};
use crate::invalid::Invalid;
use crate::subjects::{Changed, Subjects};
use crate::token::{Token, digest};

const DEFAULT: u32 = 100;
const MOST: u32 = 1_000;

/// Puts, shows, lists and deletes what is tracked.
#[derive(Clone)]
pub struct SubjectsApi {
    pub(crate) subjects: Arc<Subjects>,
}

#[tonic::async_trait]
impl SubjectService for SubjectsApi {
    async fn put_subject(
        &self,
        request: Request<v1::PutSubjectRequest>,
    ) -> Result<Response<v1::PutSubjectResponse>, Status> {
        let subject = request.into_inner().subject;
        let subject = subject.ok_or_else(|| invalid(Invalid::one("request", "subject", "it is missing: set it")))?;
        let Changed { value, laggards } = self.subjects.put(subject).await.map_err(subject_status)?;
        Ok(Response::new(v1::PutSubjectResponse {
            subject: Some((&value).into()),
            laggards,
        }))
    }

    async fn get_subject(
        &self,
        request: Request<v1::GetSubjectRequest>,
    ) -> Result<Response<v1::GetSubjectResponse>, Status> {
        let subject = self.subjects.get(&request.get_ref().id).await.map_err(subject_status)?;
        let history = self.subjects.history(&subject).await.map_err(subject_status)?;
        Ok(Response::new(v1::GetSubjectResponse {
            subject: Some((&subject).into()),
            history,
        }))
    }

    async fn list_subjects(
        &self,
        request: Request<v1::ListSubjectsRequest>,
    ) -> Result<Response<v1::ListSubjectsResponse>, Status> {
        let v1::ListSubjectsRequest { page_size, page_token } = request.into_inner();
        let bound_to = digest("ListSubjects", &v1::ListSubjectsRequest::default());
        let after = Token::read(&page_token, "page_token", bound_to)
            .map_err(invalid)?
            .map(|token| token.id);
        let limit = if page_size == 0 { DEFAULT } else { page_size.min(MOST) } as usize;
        let mut subjects = self
            .subjects
            .list(after.as_deref(), limit + 1)
            .await
            .map_err(subject_status)?;
        let is_last = subjects.len() <= limit;
        subjects.truncate(limit);
        let next = subjects.last().filter(|_| !is_last).map(|subject| {
            Token {
                request: bound_to,
                life: None,
                order: 0,
                id: subject.id.to_string(),
            }
            .write()
        });
        let subjects = subjects.iter().map(Into::into).collect();
        Ok(Response::new(v1::ListSubjectsResponse {
            subjects,
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn delete_subject(
        &self,
        request: Request<v1::DeleteSubjectRequest>,
    ) -> Result<Response<v1::DeleteSubjectResponse>, Status> {
        let Changed { laggards, .. } = self
            .subjects
            .delete(&request.get_ref().id)
            .await
            .map_err(subject_status)?;
        Ok(Response::new(v1::DeleteSubjectResponse { laggards }))
    }
}
