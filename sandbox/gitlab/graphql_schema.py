"""The part of GitLab's GraphQL schema that an issue mirror asks for."""

SDL = """
scalar Time
scalar Date
scalar Color
scalar WorkItemID
scalar NoteableID
scalar LabelID
scalar MilestoneID
scalar UserID
scalar WorkItemsStatusesStatusID

type Query {
  currentUser: UserCore
  metadata: Metadata
  project(fullPath: ID!): Project
  namespace(fullPath: ID!): Namespace
  issue(id: ID!): Issue
  workItem(id: WorkItemID!): WorkItem
}

type Mutation {
  workItemUpdate(input: WorkItemUpdateInput!): WorkItemUpdatePayload
  createNote(input: CreateNoteInput!): CreateNotePayload
}

type Metadata { version: String! enterprise: Boolean! }
type PageInfo {
  hasNextPage: Boolean! hasPreviousPage: Boolean!
  startCursor: String endCursor: String
}

type UserCore {
  id: ID! username: String! name: String! webUrl: String! bot: Boolean! state: String!
}
type UserCoreConnection { nodes: [UserCore] count: Int! }

type Label { id: ID! title: String! color: Color! description: String }
type LabelConnection { nodes: [Label] count: Int! }

type Milestone {
  id: ID! iid: ID! title: String! description: String state: String!
  dueDate: Time startDate: Time webPath: String!
}

type Namespace {
  id: ID! fullPath: ID! name: String!
  statuses: WorkItemStatusConnection
  workItemTypes(name: IssueType): WorkItemTypeConnection
}

type Project {
  id: ID! name: String! path: String! fullPath: ID! webUrl: String! archived: Boolean
  openIssuesCount: Int
  issues(
    first: Int last: Int after: String before: String iid: String iids: [String!]
    state: IssuableState sort: IssueSort updatedAfter: Time updatedBefore: Time
    labelName: [String] search: String types: [IssueType!]
  ): IssueConnection
  workItems(
    first: Int last: Int after: String before: String iid: String iids: [String!]
    state: IssuableState sort: WorkItemSort updatedAfter: Time updatedBefore: Time
    labelName: [String!] search: String types: [IssueType!]
  ): WorkItemConnection
  labels(first: Int after: String searchTerm: String): LabelConnection
}

enum IssuableState { opened closed all locked }
enum IssueType { ISSUE INCIDENT TEST_CASE TASK TICKET EPIC }
enum IssueSort {
  UPDATED_ASC UPDATED_DESC CREATED_ASC CREATED_DESC TITLE_ASC TITLE_DESC
  updated_asc updated_desc created_asc created_desc
}
enum WorkItemSort {
  UPDATED_ASC UPDATED_DESC CREATED_ASC CREATED_DESC TITLE_ASC TITLE_DESC
  updated_asc updated_desc created_asc created_desc
}

type Note {
  id: ID! body: String! system: Boolean! internal: Boolean author: UserCore
  createdAt: Time! updatedAt: Time! url: String
}
type NoteConnection { nodes: [Note] pageInfo: PageInfo! count: Int! }
type Discussion { id: ID! notes: NoteConnection! }
type DiscussionConnection { nodes: [Discussion] pageInfo: PageInfo! }

type Issue {
  id: ID! iid: ID! title: String! description: String state: IssuableState!
  type: IssueType confidential: Boolean! webUrl: String! reference: String!
  createdAt: Time! updatedAt: Time! closedAt: Time dueDate: Time
  author: UserCore! assignees: UserCoreConnection labels: LabelConnection
  milestone: Milestone weight: Int userNotesCount: Int! movedTo: Issue
  timeEstimate: Int! totalTimeSpent: Int!
  status: WorkItemStatus
  notes(first: Int after: String filter: NotesFilterType): NoteConnection!
}
type IssueConnection { nodes: [Issue] pageInfo: PageInfo! count: Int! }

enum NotesFilterType { ALL_NOTES ONLY_COMMENTS ONLY_ACTIVITY }
enum WorkItemState { OPEN CLOSED }
type WorkItemType {
  id: ID! name: String! widgetDefinitions: [WorkItemWidgetDefinition!]
}
type WorkItemTypeConnection { nodes: [WorkItemType] }
interface WorkItemWidgetDefinition { type: WorkItemWidgetType }
type WorkItemWidgetDefinitionStatus implements WorkItemWidgetDefinition {
  type: WorkItemWidgetType allowedStatuses: [WorkItemStatus!]
}

type WorkItem {
  id: ID! iid: String! title: String! description: String state: WorkItemState!
  confidential: Boolean! archived: Boolean! webUrl: String reference: String!
  createdAt: Time! updatedAt: Time! closedAt: Time author: UserCore
  workItemType: WorkItemType! namespace: Namespace project: Project
  userDiscussionsCount: Int movedToWorkItemUrl: String
  widgets(onlyTypes: [WorkItemWidgetType!]): [WorkItemWidget!]
}
type WorkItemConnection { nodes: [WorkItem] pageInfo: PageInfo! count: Int }

enum WorkItemWidgetType {
  ASSIGNEES DESCRIPTION HIERARCHY LABELS MILESTONE NOTES START_AND_DUE_DATE STATUS CUSTOM_FIELDS
  TIME_TRACKING WEIGHT LINKED_ITEMS
}
interface WorkItemWidget { type: WorkItemWidgetType }
type WorkItemWidgetAssignees implements WorkItemWidget {
  type: WorkItemWidgetType assignees: UserCoreConnection
}
type WorkItemWidgetDescription implements WorkItemWidget {
  type: WorkItemWidgetType description: String edited: Boolean! lastEditedAt: Time
}
type WorkItemWidgetHierarchy implements WorkItemWidget {
  type: WorkItemWidgetType parent: WorkItem hasChildren: Boolean! hasParent: Boolean!
  children(first: Int): WorkItemConnection
}
type WorkItemWidgetLabels implements WorkItemWidget {
  type: WorkItemWidgetType labels: LabelConnection allowsScopedLabels: Boolean
}
type WorkItemWidgetMilestone implements WorkItemWidget {
  type: WorkItemWidgetType milestone: Milestone
}
type WorkItemWidgetNotes implements WorkItemWidget {
  type: WorkItemWidgetType
  discussions(
    first: Int after: String filter: NotesFilterType
  ): DiscussionConnection
}
type WorkItemWidgetStartAndDueDate implements WorkItemWidget {
  type: WorkItemWidgetType startDate: Date dueDate: Date
}
type WorkItemWidgetStatus implements WorkItemWidget {
  type: WorkItemWidgetType status: WorkItemStatus
}
type WorkItemWidgetTimeTracking implements WorkItemWidget {
  type: WorkItemWidgetType timeEstimate: Int totalTimeSpent: Int
  timelogs(first: Int): WorkItemTimelogConnection
}
type WorkItemTimelogConnection { nodes: [WorkItemTimelog] }
type WorkItemTimelog {
  id: ID! spentAt: Time timeSpent: Int! summary: String user: UserCore!
}
type WorkItemWidgetWeight implements WorkItemWidget {
  type: WorkItemWidgetType weight: Int
}
type LinkedWorkItemType { linkId: ID! linkType: String! workItem: WorkItem }
type LinkedWorkItemTypeConnection { nodes: [LinkedWorkItemType] }
type WorkItemWidgetLinkedItems implements WorkItemWidget {
  type: WorkItemWidgetType linkedItems(first: Int): LinkedWorkItemTypeConnection
}

enum CustomFieldType { SINGLE_SELECT MULTI_SELECT NUMBER TEXT }
type CustomFieldSelectOption { id: ID! value: String! }
type CustomField {
  id: ID! name: String! fieldType: CustomFieldType!
  selectOptions: [CustomFieldSelectOption!]
}
interface WorkItemCustomFieldValue { customField: CustomField! }
type WorkItemNumberFieldValue implements WorkItemCustomFieldValue {
  customField: CustomField! value: Float
}
type WorkItemTextFieldValue implements WorkItemCustomFieldValue {
  customField: CustomField! value: String
}
type WorkItemSelectFieldValue implements WorkItemCustomFieldValue {
  customField: CustomField! selectedOptions: [CustomFieldSelectOption!]
}
type WorkItemWidgetCustomFields implements WorkItemWidget {
  type: WorkItemWidgetType customFieldValues: [WorkItemCustomFieldValue!]
}
input WorkItemWidgetCustomFieldValueInputType {
  customFieldId: ID! textValue: String numberValue: Float selectedOptionIds: [ID!]
}

type WorkItemStatus {
  id: WorkItemsStatusesStatusID name: String category: String color: String
  iconName: String position: Int
}
type WorkItemStatusConnection { nodes: [WorkItemStatus] }

enum WorkItemStateEvent { CLOSE REOPEN }
input WorkItemUpdateInput {
  id: WorkItemID!
  clientMutationId: String
  title: String
  confidential: Boolean
  stateEvent: WorkItemStateEvent
  descriptionWidget: WorkItemWidgetDescriptionInput
  labelsWidget: WorkItemWidgetLabelsUpdateInput
  milestoneWidget: WorkItemWidgetMilestoneInput
  statusWidget: WorkItemWidgetStatusInput
  customFieldsWidget: [WorkItemWidgetCustomFieldValueInputType!]
  assigneesWidget: WorkItemWidgetAssigneesInput
  startAndDueDateWidget: WorkItemWidgetStartAndDueDateUpdateInput
  hierarchyWidget: WorkItemWidgetHierarchyUpdateInput
}
input WorkItemWidgetDescriptionInput { description: String! }
input WorkItemWidgetLabelsUpdateInput {
  addLabelIds: [LabelID!] removeLabelIds: [LabelID!]
}
input WorkItemWidgetMilestoneInput { milestoneId: MilestoneID }
input WorkItemWidgetStatusInput { status: WorkItemsStatusesStatusID }
input WorkItemWidgetAssigneesInput { assigneeIds: [UserID!]! }
input WorkItemWidgetStartAndDueDateUpdateInput { dueDate: Date startDate: Date }
input WorkItemWidgetHierarchyUpdateInput { parentId: WorkItemID }
type WorkItemUpdatePayload {
  clientMutationId: String errors: [String!]! workItem: WorkItem
}
input CreateNoteInput {
  noteableId: NoteableID! body: String! internal: Boolean clientMutationId: String
}
type CreateNotePayload {
  clientMutationId: String errors: [String!]! note: Note
  quickActionsStatus: QuickActionsStatus
}
type QuickActionsStatus { messages: [String!] errorMessages: [String!] }
"""

_NEW_STATUS = """type WorkItemWidgetStatus implements WorkItemWidget {
  type: WorkItemWidgetType status: WorkItemStatus
}
"""
_NEW_DEFINITION = """type WorkItemWidgetDefinitionStatus implements WorkItemWidgetDefinition {
  type: WorkItemWidgetType allowedStatuses: [WorkItemStatus!]
}
"""
_NEW_INPUT = "  statusWidget: WorkItemWidgetStatusInput\n"
_STATUSES_SINCE = (18, 2)


def sdl_of(version: str) -> str:
    """The schema of a version such as `16.11.0`."""
    numbers = version.split("-", 1)[0].split(".")
    if (int(numbers[0]), int(numbers[1])) >= _STATUSES_SINCE:
        return SDL
    older = SDL.replace("DATE STATUS CUSTOM_FIELDS", "DATE")
    for part in (_NEW_STATUS, _NEW_DEFINITION, _NEW_INPUT):
        older = older.replace(part, "")
    return older
