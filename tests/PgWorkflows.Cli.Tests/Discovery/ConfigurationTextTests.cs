using System.Text.Json;
using PgWorkflows.Cli.Discovery;
using Xunit;

namespace PgWorkflows.Cli.Tests.Discovery;

public sealed class ConfigurationTextTests
{
    private const string Entry = "{\n  \"name\": \"new\"\n}";

    public static TheoryData<string, int> Texts => new()
    {
        { "", 1 },
        { "{}", 1 },
        { "{ }\n", 1 },
        { "{\n  \"Logging\": { \"a\": [1, 2] }\n}\n", 1 },
        { "{ \"Logging\": 1, }", 1 },
        { "{ \"PgWorkflows\": {} }", 1 },
        { "{ \"PgWorkflows\": { \"Data\": \"x\" } }", 1 },
        { "{ \"PgWorkflows\": { \"Resources\": [] } }", 1 },
        { "{\n  \"PgWorkflows\": {\n    // The servers.\n    // { \"name\": \"example\" }\n    \"Resources\": []\n  }\n}\n", 1 },
        { "{ \"PgWorkflows\": { \"Resources\": [ { \"name\": \"a\" } ] } }", 2 },
        { "{ \"PgWorkflows\": { \"Resources\": [ { \"name\": \"a\" }, ] } }", 2 },
        { "{ \"PgWorkflows\": { \"Resources\": [ { \"name\": \"a\" } /* , */ , // last, really\n ] } }", 2 },
        { "{ \"PgWorkflows\": { \"Resources\": [ { \"name\": \"a\" } // last\n ] } }", 2 },
        { "{ \"pgworkflows\": { \"resources\": [ { \"name\": \"]\" } ], \"Data\": \"x\" } }", 2 },
        { "{ \"Other\": { \"Resources\": [1] }, \"PgWorkflows\": { \"Server\": { \"Resources\": [] }, \"Resources\": [] } }", 1 },
        { "\uFEFF{ \"PgWorkflows\": { \"Resources\": [] } }", 1 },
        { "{\r\n  \"PgWorkflows\": {\r\n    \"Resources\": [\r\n      { \"name\": \"日本\" }\r\n    ]\r\n  }\r\n}\r\n", 2 },
    };

    [Theory, MemberData(nameof(Texts))]
    public void The_entry_is_the_last_resource_and_all_else_stays(string text, int resources)
    {
        var added = ConfigurationText.Add(text, Entry);

        var root = Parse(added);
        var list = Member(Member(root, "PgWorkflows"), "Resources");
        Assert.Equal(resources, list.GetArrayLength());
        Assert.Equal("new", list[resources - 1].GetProperty("name").GetString());
        // Every character of the old text is there, in its order.
        var at = 0;
        foreach (var c in string.IsNullOrEmpty(text) ? "" : text)
        {
            at = added.IndexOf(c, at) + 1;
            Assert.NotEqual(0, at);
        }

        if (text.Contains('\r'))
            Assert.DoesNotContain(added.Replace("\r\n", "", StringComparison.Ordinal), "\n");
    }

    [Fact]
    public void The_shipped_file_grows_as_a_person_would_write_it() => Assert.Equal(
        """
        {
          "PgWorkflows": {
            // The servers.
            "Resources": [
              {
                "name": "new"
              }
            ]
          }
        }
        """,
        ConfigurationText.Add("{\n  \"PgWorkflows\": {\n    // The servers.\n    \"Resources\": []\n  }\n}", Entry));

    private static JsonElement Parse(string text) =>
        JsonDocument.Parse(text.TrimStart('\uFEFF'), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }).RootElement;

    private static JsonElement Member(JsonElement element, string name) =>
        element.EnumerateObject().Single(member => member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
