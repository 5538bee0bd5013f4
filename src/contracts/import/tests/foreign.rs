//! Documents that others wrote, format by format: direction, merging, and what is told.

use super::*;

fn read(files: &[(&str, &str)]) -> Imported {
    let sources: Vec<Source> =
        files.iter().map(|(path, text)| Source { path: (*path).into(), text: (*text).into() }).collect();
    import(&sources, None).unwrap()
}

/// Who does what through which channels, as sentences: enough to see the direction.
fn flows(board: &Board) -> Vec<String> {
    let topology = derive(board);
    let name =
        |party: Option<crate::topology::PartyIx>| party.map_or("nobody", |party| &topology[party].name);
    let mut out: Vec<String> = Vec::new();
    for message in &topology.messages {
        let senders: BTreeSet<&str> =
            message.producers.iter().map(|(reaction, _)| name(topology[*reaction].host)).collect();
        let senders = if senders.is_empty() {
            "?".to_owned()
        } else {
            senders.into_iter().collect::<Vec<_>>().join("+")
        };
        for route in &message.routes {
            let route = &topology[*route];
            let way: Vec<&str> = route.channels.iter().map(|ix| topology[*ix].name.as_str()).collect();
            let way = if way.is_empty() { String::new() } else { format!("[{}] ", way.join(" ")) };
            out.push(format!("{senders} {} {way}{}", message.name, name(topology[route.reaction].host)));
        }
        if message.routes.is_empty() {
            out.push(format!("{senders} {} ?", message.name));
        }
    }
    out.sort();
    out
}

fn told(imported: &Imported) -> String {
    imported.report.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn assert_readable(board: &Board) {
    let rects: Vec<_> = board.stickies.values().map(Sticky::rect).collect();
    for (at, rect) in rects.iter().enumerate() {
        assert!(rects[..at].iter().all(|other| !other.intersects(*rect)), "two stickies lie on each other");
    }
}

use crate::board::Sticky;

const SHOP: &str = r#"
openapi: 3.0.3
info: {title: Shop, version: 1.0.0, description: Takes orders.}
paths:
  /orders/{orderId}:
    parameters:
      - {name: orderId, in: path, required: true, schema: {type: string, format: uuid}}
    get:
      operationId: getOrder
      parameters:
        - {name: page, in: query, schema: {type: integer}}
        - {name: X-Trace, in: header, schema: {type: string}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
  /orders:
    post:
      operationId: place-order
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Order'}
            example: {id: o-1}
      responses: {'201': {description: done}}
      callbacks:
        orderShipped:
          '{$request.body#/callback}':
            post: {requestBody: {content: {application/json: {schema: {type: object, properties: {at: {type: string}}}}}}}
    delete: {responses: {'204': {description: gone}}}
components:
  schemas:
    Order: {type: object, required: [id], properties: {id: {type: string}, note: {type: string, nullable: true}}}
  securitySchemes: {key: {type: apiKey, in: header, name: k}}
"#;

#[test]
fn an_openapi_document_is_the_edge_of_one_service() {
    let imported = read(&[("shop.yaml", SHOP)]);
    let board = &imported.board;
    assert_eq!(
        flows(board),
        ["? DeleteOrders Shop", "? GetOrder Shop", "? PlaceOrder Shop", "Shop OrderShipped ?"]
    );
    let get = &board.queries["GetOrder"];
    let names = |schema: &crate::board::Schema| -> Vec<String> {
        schema.fields.iter().map(|f| format!("{}{}", f.name, if f.optional { "?" } else { "" })).collect()
    };
    assert_eq!(
        (names(&get.request), names(&get.response)),
        (vec!["orderId".into(), "page?".into()], vec!["id".into(), "note?".into()])
    );
    assert!(get.response.fields[1].nullable);
    assert_eq!(board.commands["PlaceOrder"].versions[0].examples, [json!({"id": "o-1"})]);
    assert_eq!(board.services["Shop"].description, "Takes orders.");
    for word in ["X-Trace", "securitySchemes"] {
        assert!(told(&imported).contains(word), "{}", told(&imported));
    }
    let again = import(&[Source { path: "shop.yaml".into(), text: SHOP.into() }], Some(board)).unwrap();
    assert_eq!(again.board, *board, "importing again changes nothing");
    assert_readable(board);
    let old =
        import(&[Source { path: "old.json".into(), text: r#"{"swagger": "2.0"}"#.into() }], None).unwrap();
    assert!(told(&old).contains("OpenAPI 2 is not read"));
}

#[test]
fn a_catalogue_names_what_its_documents_describe() {
    let files = [
        ("c/domains/Sales/index.mdx", "---\nid: sales\nname: Sales\nversion: 1.0.0\n---\n# Sales\n"),
        (
            "c/domains/Sales/services/Shop/index.mdx",
            "---\nid: shop-service\nname: Shop\nversion: 1.0.0\nowners: [shop-team]\nsends:\n  - id: order-placed\n    version: 2.x\n    to: [{id: bus}]\nreceives:\n  - id: place-order\n    triggers:\n      - {id: order-placed, condition: stock is left}\nspecifications:\n  - {type: asyncapi, path: api.yml}\n---\n",
        ),
        (
            "c/domains/Sales/services/Shop/api.yml",
            "asyncapi: 3.0.0\ninfo: {title: Shop eventing, version: 1}\nchannels:\n  c:\n    address: orders.v1\n    messages:\n      p: {name: OrderPlaced, payload: {type: object, properties: {id: {type: string}}}}\noperations:\n  o: {action: send, channel: {$ref: '#/channels/c'}}\n",
        ),
        (
            "c/events/OrderPlaced/index.mdx",
            "---\nid: order-placed\nname: Order Placed\nversion: 2.1.0\nschemaPath: schema.json\n---\n",
        ),
        (
            "c/events/OrderPlaced/versioned/1.0.0/index.mdx",
            "---\nid: order-placed\nname: Order Placed\nversion: 1.0.0\ndeprecated: {date: 2027-01-01}\n---\n",
        ),
        (
            "c/events/OrderPlaced/schema.json",
            "{\"type\": \"object\", \"properties\": {\"orderId\": {\"type\": \"string\"}}}",
        ),
        (
            "c/commands/PlaceOrder/index.mdx",
            "---\nid: place-order\nname: Place Order\nversion: 1.0.0\noperation: {method: POST, path: /orders}\n---\n",
        ),
        (
            "c/channels/bus/index.mdx",
            "---\nid: bus\nname: The bus\nversion: 1.0.0\naddress: main\nprotocols: [eventbridge]\nroutes: [{id: kitchen-queue}]\n---\n",
        ),
        (
            "c/channels/kq/index.mdx",
            "---\nid: kitchen-queue\nname: Kitchen\nversion: 1.0.0\naddress: kitchen\nprotocols: [sqs]\n---\n",
        ),
        (
            "c/services/Kitchen/index.mdx",
            "---\nid: kitchen\nname: Kitchen service\nversion: 1.0.0\nreceives:\n  - id: order-placed\n    version: 1.0.0\n    from: [{id: kitchen-queue}]\n    fields: [orderId]\n  - id: nowhere\n---\n",
        ),
        ("c/teams/shop-team.mdx", "---\nid: shop-team\nname: The Shop team\n---\n"),
        (
            "c/domains/Sales/flows/Buy/index.mdx",
            "---\nid: buy\nname: Buy\nversion: 1.0.0\nsteps:\n  - {id: a, title: Customer, actor: {name: Customer}, next_step: {id: b}}\n  - {id: b, title: Place, message: {id: place-order}}\n---\n",
        ),
        ("c/README.md", "# Just prose\n"),
    ];
    let imported = read(&files);
    let board = &imported.board;
    assert_eq!(
        flows(board),
        [
            "? Place Order Shop",
            "? nowhere Kitchen service",
            "Shop Order Placed [main kitchen] Kitchen service"
        ],
        "{}",
        told(&imported)
    );
    assert_eq!(board.services["Shop"].team, "The Shop team");
    assert!(!board.services.contains_key("Shop eventing"), "the document is the service's own");
    let versions: Vec<&str> =
        board.events["Order Placed"].versions.iter().map(|v| v.version.as_str()).collect();
    assert_eq!(versions, ["1", "2.1"]);
    let shop = board.stickies.values().find(|sticky| sticky.name == "Shop").unwrap();
    assert_eq!(board.frame_of(shop).map(|(_, frame)| frame.name.as_str()), Some("Sales"));
    let link = board.links.values().find(|link| !link.note.is_empty()).unwrap();
    assert_eq!(
        (link.note.as_str(), board.stickies[&link.to].name.as_str()),
        ("stock is left", "Order Placed")
    );
    let reads = board.links.values().find(|link| !link.fields.is_empty()).unwrap();
    assert_eq!((reads.fields.as_slice(), reads.version.as_str()), (["orderId".to_owned()].as_slice(), "1"));
    assert!(
        board.stickies.values().any(|s| s.kind == crate::board::StickyKind::Actor && s.name == "Customer")
    );
    assert!(told(&imported).contains("`nowhere` has no page"));
    assert_readable(board);
    let sources: Vec<Source> =
        files.iter().map(|(path, text)| Source { path: (*path).into(), text: (*text).into() }).collect();
    let again = import(&sources, Some(board)).unwrap();
    assert_eq!(again.board, *board, "importing again changes nothing");
}

#[test]
fn the_catalogue_others_wrote_is_read_whole() {
    let folder = std::path::Path::new("../shared/data/eventcatalog");
    if !folder.is_dir() {
        println!("SKIPPED: no {}", folder.display());
        return;
    }
    let collected = crate::io::sources::collect(&[folder.to_owned()]).unwrap();
    let imported = import(&collected.sources, None).unwrap();
    let board = &imported.board;
    // One for each page.
    let pages = |kind: &str| {
        let of_kind = |source: &&Source| {
            source.path.ends_with("/index.mdx") && source.path.rsplit('/').nth(2) == Some(kind)
        };
        collected.sources.iter().filter(of_kind).count()
    };
    let made = [board.events.len(), board.commands.len(), board.queries.len()];
    assert_eq!(made, ["events", "commands", "queries"].map(pages), "{}", told(&imported));
    assert!(made.iter().sum::<usize>() > 50);
    let topology = derive(board);
    assert_eq!(topology.parties.len(), pages("services"));
    let domains: BTreeSet<&str> = board.frames.values().map(|frame| frame.name.as_str()).collect();
    assert_eq!(domains.len(), 7, "{domains:?}");
    let stated = |list: &str| -> usize {
        let services = collected.sources.iter().filter(|s| s.path.rsplit('/').nth(2) == Some("services"));
        services.map(|source| listed(&source.text, list)).sum()
    };
    let (sends, receives) = (stated("sends"), stated("receives"));
    let model = Model::new(board, &topology);
    let said = |action| {
        let pairs = model.parties.iter().flat_map(|party| {
            party
                .operations
                .iter()
                .filter(|o| o.action == action)
                .map(move |o| (party.name.to_string(), o.message))
        });
        pairs.collect::<BTreeSet<_>>().len()
    };
    assert_eq!((said(Action::Send), said(Action::Receive)), (sends, receives));
    assert_readable(board);
}

/// The entries of a list of the front matter of a service.
fn listed(text: &str, list: &str) -> usize {
    let front = text.split("\n---").next().unwrap_or_default().replace("---\n", "");
    let Ok(value) = serde_saphyr::from_str::<Value>(&front) else { return 0 };
    value.get(list).and_then(Value::as_array).map_or(0, Vec::len)
}

#[test]
fn templates_say_who_hears_what_through_which_channels() {
    let template = r#"
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: main}}
  Dead: {Type: AWS::SQS::Queue}
  Orders:
    Type: AWS::SQS::Queue
    Properties: {QueueName: orders, VisibilityTimeout: 60, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [com.shop], detail-type: [OrderPlaced, OrderPaid], detail: {total: [{numeric: ['>', 5]}]}}
      Targets: [{Id: q, Arn: !GetAtt Orders.Arn, RetryPolicy: {MaximumRetryAttempts: 4}}]
  Kitchen:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        FromQueue: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
        Menu: {Type: Api, Properties: {Path: '/menu/{day}', Method: get}}
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
  Loyalty:
    Type: AWS::Serverless::Function
    Properties:
      Policies: [{EventBridgePutEventsPolicy: {EventBusName: !Ref Bus}}]
      Events:
        Paid: {Type: EventBridgeRule, Properties: {EventBusName: !Ref Bus, Pattern: {detail-type: [OrderPaid]}}}
        Any: {Type: EventBridgeRule, Properties: {Pattern: {source: [aws.s3]}}}
  Table: {Type: AWS::S3::Bucket}
"#;
    let imported = read(&[("shop/template.yaml", template)]);
    let board = &imported.board;
    assert_eq!(
        flows(board),
        [
            "? GetMenuByDay Kitchen",
            "aws.s3 Anything from aws.s3 [default] Loyalty",
            "com.shop OrderPaid [main orders] Kitchen",
            "com.shop OrderPaid [main] Loyalty",
            "com.shop OrderPlaced [main orders] Kitchen",
        ],
        "{}",
        told(&imported)
    );
    let orders = &board.channels["orders"];
    assert_eq!((orders.dead_letter.as_str(), orders.max_receive_count), ("Dead", Some(3)));
    assert_eq!(board.channels["main"].retry_attempts, Some(4));
    assert!(board.links.values().any(|link| link.filter == Some(json!({"total": [{"numeric": [">", 5]}]}))));
    for word in ["schedule", "AWS::S3::Bucket", "does not say which", "service of its own"] {
        assert!(told(&imported).contains(word), "{word} in {}", told(&imported));
    }
    assert_readable(board);
}

#[test]
fn a_serverless_file_is_one_service() {
    let text = r#"
service: billing
provider: {name: aws}
functions:
  charge:
    events:
      - eventBridge: {eventBus: main, pattern: {source: [shop], detail-type: [OrderPlaced]}}
      - sqs: {arn: !GetAtt [Retries, Arn]}
  refund:
    events:
      - httpApi: 'POST /refunds'
      - sns: arn:aws:sns:eu-west-1:123456789012:cancellations
resources:
  Resources:
    Retries: {Type: AWS::SQS::Queue, Properties: {QueueName: retries}}
"#;
    let imported = read(&[("serverless.yml", text)]);
    assert_eq!(
        flows(&imported.board),
        [
            "? PostRefunds billing",
            "? cancellations [cancellations] billing",
            "? retries [retries] billing",
            "shop OrderPlaced [main] billing",
        ],
        "{}",
        told(&imported)
    );
}

#[test]
fn documents_of_the_schema_registry_are_events_of_their_source() {
    let discovered = json!({"openapi": "3.0.0", "info": {"version": "1.0.0", "title": "OrderPlaced"}, "paths": {}, "components": {"schemas": {
        "AWSEvent": {"type": "object", "x-amazon-events-detail-type": "OrderPlaced", "x-amazon-events-source": "com.shop",
            "properties": {"detail": {"$ref": "#/components/schemas/OrderPlaced"}, "source": {"type": "string"}}},
        "OrderPlaced": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}}});
    let answer = json!({"Content": discovered.to_string(), "SchemaName": "com.shop@OrderPlaced", "Type": "OpenApi3", "SchemaVersion": "1"});
    for text in [discovered.to_string(), answer.to_string()] {
        let imported = read(&[("s.json", &text)]);
        assert_eq!(flows(&imported.board), ["com.shop OrderPlaced ?"], "{}", told(&imported));
        assert_eq!(imported.board.events["OrderPlaced"].versions[0].schema.fields[0].name, "id");
        assert_eq!(imported.formats, ["schema-registry"]);
    }
}

#[test]
fn components_of_a_backstage_catalogue_speak_through_their_interfaces() {
    let catalogue = r#"
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: shop, title: Shop}
spec: {type: service, owner: group:default/sales, system: store, providesApis: [shop-api]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: kitchen}
spec: {type: service, owner: cooks, system: food, consumesApis: [shop-api, legacy]}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: shop-api}
spec:
  type: asyncapi
  definition: |
    asyncapi: 3.0.0
    info: {title: Something else, version: 1}
    channels: {c: {address: orders, messages: {OrderPlaced: {payload: {type: object}}}}}
    operations: {o: {action: send, channel: {$ref: '#/channels/c'}}}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: legacy}
spec: {type: grpc, definition: 'service X {}'}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: sales, title: Sales team}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: db}
spec: {type: database, owner: sales}
"#;
    let imported = read(&[("catalog-info.yaml", catalogue)]);
    let board = &imported.board;
    assert_eq!(flows(board), ["Shop OrderPlaced [orders] kitchen"], "{}", told(&imported));
    assert_eq!(board.services["Shop"].team, "Sales team");
    assert_eq!(board.frames.values().map(|frame| frame.name.as_str()).collect::<Vec<_>>(), ["food", "store"]);
    for word in ["grpc", "resource `db`"] {
        assert!(told(&imported).contains(word), "{word} in {}", told(&imported));
    }
}

#[test]
fn a_changed_document_changes_what_stands_and_adds_what_is_new() {
    let document = |fields: &str, more: &str| {
        format!(
            "asyncapi: 3.0.0\ninfo: {{title: Kitchen, version: 1}}\nchannels:\n  a: {{address: orders, messages: {{OrderPlaced: {{payload: {{type: object, properties: {{{fields}}}}}}}}}}}\n  b: {{address: meals, messages: {{MealCooked: {{payload: {{type: object}}}}}}}}\noperations:\n  on: {{action: receive, channel: {{$ref: '#/channels/a'}}}}\n{more}"
        )
    };
    let first = read(&[("k.yaml", &document("id: {type: string}", ""))]);
    let mut board = first.board;
    // What people did on the board meanwhile stays.
    let (id, _) = board.stickies.iter().find(|(_, sticky)| sticky.name == "Kitchen").unwrap();
    let id = *id;
    board.stickies.get_mut(&id).unwrap().at = crate::board::Point::new(777.0, 555.0);
    board.services.get_mut("Kitchen").unwrap().availability = Some(0.99);
    let second = document(
        "id: {type: string}, total: {type: number}",
        "  out: {action: send, channel: {$ref: '#/channels/b'}}\n",
    );
    let source = Source { path: "k.yaml".into(), text: second };
    let imported = import(&[source], Some(&board)).unwrap().board;
    assert_eq!(imported.stickies[&id].at.x, 777.0);
    assert_eq!(imported.services["Kitchen"].availability, Some(0.99));
    assert_eq!(imported.events["OrderPlaced"].versions[0].schema.fields.len(), 2);
    assert_eq!(flows(&imported), ["? OrderPlaced [orders] Kitchen", "Kitchen MealCooked ?"]);
    assert_eq!(imported.stickies.values().filter(|sticky| sticky.name == "OrderPlaced").count(), 1);
}

#[test]
fn a_queue_put_before_a_service_since_is_not_passed_by_again() {
    let document = |fields: &str| {
        format!(
            "asyncapi: 3.0.0\ninfo: {{title: Kitchen, version: 1}}\nchannels:\n  a: {{address: orders, messages: {{OrderPlaced: {{payload: {{type: object, properties: {{{fields}}}}}}}}}}}\noperations:\n  on: {{action: receive, channel: {{$ref: '#/channels/a'}}}}\n"
        )
    };
    let mut board = read(&[("k.yaml", &document("id: {type: string}"))]).board;
    let kitchen = *board.stickies.iter().find(|(_, sticky)| sticky.name == "Kitchen").unwrap().0;
    let into = *board.links.iter().find(|(_, link)| link.to == kitchen).unwrap().0;
    let mut draft = crate::edit::Draft::new(&board);
    draft.interpose(into, "inbox", 0).unwrap();
    let edit = draft.finish("Insert a queue");
    crate::edit::apply(&mut board, &edit.ops).unwrap();
    let queued = flows(&board);
    assert_eq!(queued, ["? OrderPlaced [orders inbox] Kitchen"]);

    let source = |text: String| [Source { path: "k.yaml".into(), text }];
    let again = source(document("id: {type: string}, total: {type: number}"));
    let imported = import(&again, Some(&board)).unwrap().board;
    assert_eq!(flows(&imported), queued);
    assert_eq!(imported.links.len(), board.links.len());
    assert_eq!(imported.events["OrderPlaced"].versions[0].schema.fields.len(), 2, "the rest is taken over");

    // Where it is another channel the document speaks of, there are two ways.
    let elsewhere = source(document("id: {type: string}").replace("address: orders", "address: sales"));
    let imported = import(&elsewhere, Some(&board)).unwrap().board;
    assert_eq!(flows(&imported), ["? OrderPlaced [orders inbox] Kitchen", "? OrderPlaced [sales] Kitchen"]);
}

#[test]
fn schemas_in_yaml_are_read_and_those_of_other_languages_are_kept() {
    let text = |format: &str| {
        format!(
            "asyncapi: 3.0.0\ninfo: {{title: A, version: '1'}}\nchannels:\n  c:\n    messages:\n      Done:\n        \
             payload:\n          schemaFormat: '{format}'\n          schema: {{type: object, required: [id], properties: \
             {{id: {{type: string}}}}}}\noperations:\n  o: {{action: send, channel: {{$ref: '#/channels/c'}}}}\n"
        )
    };
    for format in [
        "application/schema+yaml;version=draft-07",
        "application/schema+json;version=draft-07",
        "application/vnd.aai.asyncapi+yaml;version=3.0.0",
    ] {
        let imported = read(&[("/abs/a.yaml", &text(format))]);
        let fields = &imported.board.events["Done"].versions[0].schema.fields;
        assert_eq!(fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["id"], "{format}");
        assert_eq!(told(&imported), "");
    }
    for format in
        ["application/vnd.apache.avro+json;version=1.9.0", "application/vnd.google.protobuf;version=3"]
    {
        let imported = read(&[("/abs/a.yaml", &text(format))]);
        let schema = &imported.board.events["Done"].versions[0].schema;
        assert!(schema.fields.is_empty() && schema.extra["x-schema"]["required"][0] == "id", "{format}");
        assert_eq!(
            told(&imported),
            format!("/abs/a.yaml message Done: its schema is kept as it is: `{format}` is not read")
        );
    }
}

#[test]
fn a_new_board_is_called_what_its_documents_are() {
    let text = "asyncapi: 3.0.0\ninfo: {title: Lights, version: '1'}\nchannels:\n  c:\n    messages:\n      Lit: {}\n\
                operations:\n  o: {action: send, channel: {$ref: '#/channels/c'}}\n";
    let title = |paths: &[&str]| {
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, text)).collect();
        read(&files).board.settings.title
    };
    assert_eq!(title(&["/home/ada/lights.asyncapi.yaml"]), "lights");
    assert_eq!(title(&["/home/ada/street/a.yaml", "/home/ada/street/sub/b.yaml"]), "street");
    assert_eq!(title(&["a/x.yaml", "b/x.yaml"]), "");
    assert_eq!(title(&["-"]), "");
}
